"""Runs the plain graph of an FCN in ONNX with PyTorch: the same weights, PyTorch's own operators."""

import numpy
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


class Network:
    """A graph of the operators that FCNs are made of."""

    def __init__(self, path):
        graph = onnx.load(path).graph
        self.input = graph.input[0].name
        self.output = graph.output[0].name
        self.constants = {tensor.name: torch.from_numpy(numpy.array(numpy_helper.to_array(tensor))) for tensor in graph.initializer}
        # What a node is the last to read is let go of after it.
        last_reader = {name: index for index, node in enumerate(graph.node) for name in node.input}
        self.steps = [
            (node, attributes(node), {name for name in node.input if last_reader[name] == index and name not in self.constants})
            for index, node in enumerate(graph.node)
        ]

    @torch.no_grad()
    def __call__(self, image):
        values = {self.input: image}
        for node, settings, finished in self.steps:
            inputs = [self.constants[name] if name in self.constants else values[name] for name in node.input]
            values[node.output[0]] = run(node, inputs, settings, may_overwrite=node.input[0] in finished)
            for name in finished:
                del values[name]
        return values[self.output]


def attributes(node):
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}


def run(node, inputs, settings, may_overwrite):
    if node.op_type in ("Conv", "ConvTranspose"):
        convolve = F.conv2d if node.op_type == "Conv" else F.conv_transpose2d
        return convolve(
            *inputs,
            stride=settings.get("strides", [1, 1]),
            padding=symmetric(settings["pads"]),
            groups=settings.get("group", 1),
        )
    if node.op_type == "Relu":
        return F.relu(inputs[0], inplace=may_overwrite)
    if node.op_type == "MaxPool":
        return F.max_pool2d(inputs[0], settings["kernel_shape"], settings["strides"], ceil_mode=settings["ceil_mode"] == 1)
    if node.op_type == "Add":
        return inputs[0] + inputs[1]
    if node.op_type == "Shape":
        return torch.tensor(inputs[0].shape[settings["start"] : settings["end"]])
    if node.op_type == "Slice":
        data, starts, ends, axes = inputs
        for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist()):
            data = data.narrow(axis, start, end - start)
        return data
    raise ValueError(f"Node '{node.name}' is a {node.op_type}; expected an operator of the plain FCN graphs.")


def symmetric(pads):
    """ONNX gives the beginnings of all axes and then their ends; PyTorch takes one number an axis."""
    beginnings, ends = pads[:2], pads[2:]
    if beginnings != ends:
        raise ValueError(f"The pads are {pads}; expected the same at the beginning and the end of an axis.")
    return beginnings
