import asyncio

from examples.welcome_email import WelcomeEmailWorkflow

for result in asyncio.run(WelcomeEmailWorkflow().run(["u1", "u2", "u3", "u4"])):
    print(repr(result))
