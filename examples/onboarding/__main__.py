import asyncio

from examples.onboarding import OnboardingWorkflow

print(asyncio.run(OnboardingWorkflow().run("ann@example.com")))
