import asyncio

from examples.parallel_math import ParallelMathWorkflow

print(repr(asyncio.run(ParallelMathWorkflow().run(20))))
