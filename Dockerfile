# One image for web, worker, beat and migrate; docker-compose.yml says what each runs.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DATA_DIR=/data
WORKDIR /app

COPY requirements.txt .
RUN pip install -r requirements.txt

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ambassadors \
    && install -d -o ambassadors -g ambassadors /data
COPY . .
RUN SECRET_KEY=only-to-collect-files DATA_DIR=/tmp python manage.py collectstatic --noinput \
    && python -m compileall -q ambassadors alerts surveys staff outbox

USER ambassadors
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# By itself the image serves everything in one process; its data is in /data.
CMD ["sh", "-c", "python manage.py migrate && exec python manage.py serve --host 0.0.0.0 --port 8000"]
