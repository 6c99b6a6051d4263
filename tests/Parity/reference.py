"""What two independent implementations make of the FCN authors' networks.

For each network, at a small width and with random weights, this writes into a folder: the weights as a .caffemodel and as a PyTorch
checkpoint, images of several sizes, and the logits that OpenCV's dnn module (reading the .caffemodel with the authors' layer list) and
PyTorch (reading the checkpoint) give for them. ParityTests.cs imports the same two files and compares.

Usage: reference.py FOLDER     Needs numpy, OpenCV with dnn, and PyTorch: Debian's python3-opencv and python3-torch.
"""

import json
import os
import struct
import sys

import cv2
import numpy as np
import torch
import torch.nn.functional as F

CLASSES = 4
FC = 24
SIZES = [(1, 1), (37, 53), (224, 320), (375, 500)]  # height, width

VGG16 = [(2, 4), (2, 8), (3, 16), (3, 32), (3, 32)]  # 64, 128, 256, 512, 512 at a sixteenth of the width


def conv(name, bottom, channels, kernel, pad=0, stride=1, group=1):
    return dict(type="Convolution", name=name, bottom=[bottom], out=channels, kernel=kernel, pad=pad, stride=stride, group=group)


def layer(type, name, *bottom, **more):
    return dict(type=type, name=name, bottom=list(bottom), **more)


def vgg16_trunk():
    layers, last = [], "data"
    for group, (count, channels) in enumerate(VGG16, start=1):
        for i in range(1, count + 1):
            name = f"conv{group}_{i}"
            layers.append(conv(name, last, channels, 3, pad=100 if name == "conv1_1" else 1))
            layers.append(layer("ReLU", f"relu{group}_{i}", name))
            last = f"relu{group}_{i}"
        layers.append(layer("Pooling", f"pool{group}", last, kernel=2, stride=2))
        last = f"pool{group}"
    return layers + fully_connected(last, 7)


def alexnet_trunk():
    def pool_norm(i):
        return [layer("Pooling", f"pool{i}", f"relu{i}", kernel=3, stride=2), layer("LRN", f"norm{i}", f"pool{i}")]

    def with_relu(i, *arguments, **more):
        return [conv(f"conv{i}", *arguments, **more), layer("ReLU", f"relu{i}", f"conv{i}")]

    return (
        with_relu(1, "data", 6, 11, pad=100, stride=4) + pool_norm(1)
        + with_relu(2, "norm1", 16, 5, pad=2, group=2) + pool_norm(2)
        + with_relu(3, "norm2", 24, 3, pad=1)
        + with_relu(4, "relu3", 24, 3, pad=1, group=2)
        + with_relu(5, "relu4", 16, 3, pad=1, group=2)
        + [layer("Pooling", "pool5", "relu5", kernel=3, stride=2)]
        + fully_connected("pool5", 6)
    )


def fully_connected(last, kernel):
    return [
        conv("fc6", last, FC, kernel), layer("ReLU", "relu6", "fc6"),
        conv("fc7", "relu6", FC, 1), layer("ReLU", "relu7", "fc7"),
        conv("score_fr", "relu7", CLASSES, 1),
    ]


def upsample(name, bottom, kernel, stride):
    return layer("Deconvolution", name, bottom, kernel=kernel, stride=stride)


def crop(name, bottom, reference, offset):
    return layer("Crop", name, bottom, reference, offset=offset)


def skip(pool, below, offset, factor):
    scored = pool
    layers = []
    if factor is not None:
        layers.append(layer("Scale", f"scale_{pool}", pool, factor=factor))
        scored = f"scale_{pool}"
    return layers + [
        conv(f"score_{pool}", scored, CLASSES, 1),
        crop(f"score_{pool}c", f"score_{pool}", below, offset),
        layer("Eltwise", f"fuse_{pool}", below, f"score_{pool}c"),
    ]


def fcn8s(scale4=None, scale3=None):
    return (
        vgg16_trunk()
        + [upsample("upscore2", "score_fr", 4, 2)] + skip("pool4", "upscore2", 5, scale4)
        + [upsample("upscore_pool4", "fuse_pool4", 4, 2)] + skip("pool3", "upscore_pool4", 9, scale3)
        + [upsample("upscore8", "fuse_pool3", 16, 8), crop("score", "upscore8", "data", 31)]
    )


NETWORKS = {
    "fcn32s": vgg16_trunk() + [upsample("upscore", "score_fr", 64, 32), crop("score", "upscore", "data", 19)],
    "fcn16s": vgg16_trunk()
    + [upsample("upscore2", "score_fr", 4, 2)] + skip("pool4", "upscore2", 5, None)
    + [upsample("upscore16", "fuse_pool4", 32, 16), crop("score", "upscore16", "data", 27)],
    "fcn8s": fcn8s(),
    "fcn8s-atonce": fcn8s(0.01, 0.0001),
    "fcn-alexnet": alexnet_trunk() + [upsample("upscore", "score_fr", 63, 32), crop("score", "upscore", "data", 18)],
}


def bilinear(size):
    factor = (size + 1) // 2
    centre = factor - 1 if size % 2 == 1 else factor - 0.5
    side = 1 - np.abs(np.arange(size) - centre) / factor
    return np.outer(side, side).astype(np.float32)


def random_weights(layers, random):
    """Blobs of each layer that has any, in Caffe's order."""
    channels, weights = {"data": 3}, {}
    for l in layers:
        inputs = channels[l["bottom"][0]]
        if l["type"] == "Convolution":
            shape = (l["out"], inputs // l["group"], l["kernel"], l["kernel"])
            # He's deviation keeps values of a size through the layers; biases that matter.
            weight = random.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
            weights[l["name"]] = [weight.astype(np.float32), random.normal(0, 0.5, l["out"]).astype(np.float32)]
        elif l["type"] == "Deconvolution":
            weight = np.zeros((inputs, inputs, l["kernel"], l["kernel"]), np.float32)
            weight[range(inputs), range(inputs)] = bilinear(l["kernel"])
            weights[l["name"]] = [weight]
        elif l["type"] == "Scale":
            weights[l["name"]] = [np.full(inputs, l["factor"], np.float32)]
        channels[l["name"]] = l.get("out", inputs)
    return weights


# --- the .caffemodel: protocol buffers by hand, field numbers from caffe.proto


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def blob(array):
    shape = field(1, b"".join(varint(n) for n in array.shape))
    return field(7, shape) + field(5, array.astype("<f4").tobytes())


def caffemodel(layers, weights):
    out = field(1, b"parity")
    for l in layers:
        message = field(1, l["name"].encode()) + field(2, l["type"].encode())
        message += b"".join(field(7, blob(array)) for array in weights.get(l["name"], []))
        out += field(100, message)
    return out


def prototxt(layers, height, width):
    lines = [f'name: "parity"\ninput: "data"\ninput_shape {{ dim: 1 dim: 3 dim: {height} dim: {width} }}']
    for l in layers:
        head = f'layer {{ name: "{l["name"]}" type: "{l["type"]}" ' + " ".join(f'bottom: "{b}"' for b in l["bottom"]) + f' top: "{l["name"]}" '
        lines.append(head + PARAMETERS.get(l["type"], lambda l: "")(l) + "}")
    return "\n".join(lines)


PARAMETERS = {
    "Convolution": lambda l: "convolution_param {{ num_output: {out} kernel_size: {kernel} pad: {pad} stride: {stride} group: {group} }} ".format(**l),
    "Deconvolution": lambda l: "convolution_param {{ num_output: {0} kernel_size: {kernel} stride: {stride} bias_term: false }} ".format(CLASSES, **l),
    "Pooling": lambda l: "pooling_param {{ pool: MAX kernel_size: {kernel} stride: {stride} }} ".format(**l),
    "LRN": lambda l: "lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } ",
    "Crop": lambda l: "crop_param {{ axis: 2 offset: {offset} }} ".format(**l),
    "Eltwise": lambda l: "eltwise_param { operation: SUM } ",
    "Scale": lambda l: "scale_param { bias_term: false } ",
}


def run_opencv(layers, model, image):
    net = cv2.dnn.readNetFromCaffe(np.frombuffer(prototxt(layers, *image.shape[2:]).encode(), np.uint8), np.frombuffer(model, np.uint8))
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setInput(image)
    return net.forward("score")


def run_torch(layers, state, image):
    values = {"data": torch.from_numpy(image)}
    for l in layers:
        x, name = values[l["bottom"][0]], l["name"]
        if l["type"] == "Convolution":
            y = F.conv2d(x, state[name + ".weight"], state[name + ".bias"], l["stride"], l["pad"], groups=l["group"])
        elif l["type"] == "Deconvolution":
            y = F.conv_transpose2d(x, state[name + ".weight"], stride=l["stride"])
        elif l["type"] == "ReLU":
            y = F.relu(x)
        elif l["type"] == "Pooling":
            y = F.max_pool2d(x, l["kernel"], l["stride"], ceil_mode=True)
        elif l["type"] == "LRN":
            y = F.local_response_norm(x, 5, 1e-4, 0.75, k=1)
        elif l["type"] == "Scale":
            y = x * l["factor"]
        elif l["type"] == "Crop":
            height, width = values[l["bottom"][1]].shape[2:]
            y = x[:, :, l["offset"]:l["offset"] + height, l["offset"]:l["offset"] + width]
        elif l["type"] == "Eltwise":
            y = x + values[l["bottom"][1]]
        values[name] = y
    return y.numpy()


def main(folder):
    torch.manual_seed(1)
    cases = []
    for name, layers in NETWORKS.items():
        random = np.random.RandomState(7)
        weights = random_weights(layers, random)
        model = caffemodel(layers, weights)
        with open(os.path.join(folder, f"{name}.caffemodel"), "wb") as file:
            file.write(model)
        state = {}
        for layer_name, blobs in weights.items():
            if not layer_name.startswith("scale_"):
                for array, suffix in zip(blobs, [".weight", ".bias"]):
                    state[layer_name + suffix] = torch.from_numpy(array)
        torch.save({"epoch": 3, "model_state_dict": state}, os.path.join(folder, f"{name}.pth"))

        for height, width in SIZES:
            image = random.uniform(-120, 140, (1, 3, height, width)).astype(np.float32)
            case = f"{name}-{height}x{width}"
            for kind, array in [("image", image), ("opencv", run_opencv(layers, model, image)), ("torch", run_torch(layers, state, image))]:
                np.ascontiguousarray(array, "<f4").tofile(os.path.join(folder, f"{case}.{kind}.f32"))
            cases.append(dict(network=name, height=height, width=width, case=case, classes=CLASSES, fc=FC))
    with open(os.path.join(folder, "cases.json"), "w") as file:
        json.dump(cases, file)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: reference.py FOLDER")
    main(sys.argv[1])
