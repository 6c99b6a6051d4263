"""Segments photos with an FCN: POST /segment takes an encoded image and answers a palette PNG of class indices."""

import argparse
import io
import os

import numpy
import torch
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from PIL import Image, ImageOps

from network import Network

MAX_SIDE = 1024
MEAN_BGR = numpy.array([104.00699, 116.66877, 122.67892], dtype=numpy.float32)


def voc_colour(label):
    colour = [0, 0, 0]
    for bit in range(7, -1, -1):
        for channel in range(3):
            colour[channel] |= (label >> channel & 1) << bit
        label >>= 3
    return colour


VOC_PALETTE = [value for label in range(256) for value in voc_colour(label)]

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--multiple", type=int, default=1)
parser.add_argument("--port", type=int, default=8080)
options = parser.parse_args()

torch.set_num_threads(os.cpu_count())
network = Network(options.model)
app = FastAPI()


@app.get("/health")
def health():
    return "ready"


@app.post("/segment")
async def segment(request: Request):
    mask = await run_in_threadpool(predict, await request.body())
    return Response(mask, media_type="image/png")


def predict(file):
    photo = ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB")
    size = photo.size
    photo.thumbnail((MAX_SIDE, MAX_SIDE))
    image = preprocess(photo)
    logits = network(image)
    if logits.shape[2:] != image.shape[2:]:
        raise ValueError(f"The logits are {list(logits.shape)} for an input of {list(image.shape)}; expected the same height and width.")
    labels = logits[0, :, : photo.height, : photo.width].argmax(dim=0).to(torch.uint8)
    return encode(Image.fromarray(labels.numpy(), mode="P"), size)


def preprocess(photo):
    """Blue, green and red planes less their means; zeros at the right and the bottom up to the multiple."""
    pixels = numpy.asarray(photo, dtype=numpy.float32)[:, :, ::-1] - MEAN_BGR
    missing = [(0, -side % options.multiple) for side in pixels.shape[:2]]
    padded = numpy.pad(pixels, [*missing, (0, 0)])
    return torch.from_numpy(numpy.ascontiguousarray(padded.transpose(2, 0, 1))[numpy.newaxis])


def encode(mask, size):
    if mask.size != size:
        mask = mask.resize(size, Image.NEAREST)
    mask.putpalette(VOC_PALETTE)
    file = io.BytesIO()
    mask.save(file, "PNG", compress_level=1)
    return file.getvalue()


uvicorn.run(app, host="127.0.0.1", port=options.port)
