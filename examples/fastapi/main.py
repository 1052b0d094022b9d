"""A small LLM gateway that echoes messages, with the metrics service behind its own routes."""
from fastapi import FastAPI
from metrics_routes import router

app = FastAPI(title="Example gateway")
app.include_router(router)


@app.post("/v1/chat/completions")
async def complete(body: dict) -> dict:
    content = " ".join(message["content"] for message in body["messages"])
    message = {"role": "assistant", "content": content}
    return {"object": "chat.completion", "model": body["model"], "choices": [{"index": 0, "message": message}]}
