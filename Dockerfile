# One image: the wheel built in the first stage, installed in the second. Runs migrations and workers alike.
FROM python:3.12-slim-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential curl \
    && curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
ENV PATH=/root/.cargo/bin:$PATH
COPY . /src
RUN pip wheel --no-deps --wheel-dir /wheels /src

FROM python:3.12-slim-bookworm
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl && useradd --create-home waymark
USER waymark
# Put your own code here: an image `FROM` this one, or a volume.
WORKDIR /home/waymark/app
ENV PYTHONPATH=/home/waymark/app
CMD ["start-workers"]
