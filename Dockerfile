# The base images are named by the digest of their index, so that a build is the same tomorrow and on every platform.
# `docker buildx imagetools inspect python:3.13-slim` prints the newest one.

# The page.
FROM node:22-slim@sha256:c3de60bf2f9dd0ac6370e6117950ff62d6e339527e7472301c9c78a017978392 AS page
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --loglevel=error
COPY frontend/ ./
RUN npm run build && test -f ../chatkit_link/static/chatkit.js

# The environment: dependencies first, so that a change of code does not install them again.
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS environment
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /app
COPY requirements.lock /src/
RUN python -m pip --python /app/bin/python install --require-hashes --no-deps -r /src/requirements.lock
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY chatkit_link/ chatkit_link/
COPY migrations/ migrations/
COPY widgets/ widgets/
COPY docs/ docs/
COPY templates/ templates/
COPY examples/ examples/
COPY --from=page /src/chatkit_link/static/ chatkit_link/static/
RUN python -m pip wheel --no-deps --wheel-dir /dist . \
    && python -m pip --python /app/bin/python install --no-deps /dist/*.whl

# The server: no compiler, no pip, no Node.js. It needs DATABASE_URL: an embedded PostgreSQL would vanish with
# the container, so the image has none.
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin chatkit \
    && install --directory --owner chatkit --group chatkit --mode 0700 /data
COPY --from=environment /app /app
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CHATKIT_LINK_DATA=/data
USER chatkit
WORKDIR /home/chatkit
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; e = os.environ; r.urlopen('http://127.0.0.1:' + (e.get('CHATKIT_LINK_PORT') or e.get('PORT') or '8000') + '/health', timeout=4)"]
# Without a shell in between, SIGTERM reaches the server, which hands running answers over.
CMD ["chatkit-link", "serve", "--host", "0.0.0.0"]
