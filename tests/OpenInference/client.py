"""A client of the Open Inference Protocol, written to its specification, and not to the service.

    python3 tests/OpenInference/client.py http://localhost:8080 fcn8s-camvid street.jpg

Asks the server for what it is and has, sends the photo as Base64 and as binary data, and the network's own tensor in both forms, and sees that
the answers agree with each other and with POST /segment. Prints a line for each thing seen, and ends with 1 at the first that is not so.
Needs numpy.

Sources: github.com/kserve/open-inference-protocol, specification/protocol/inference_rest.md; github.com/triton-inference-server/server,
docs/protocol/extension_binary_data.md.
"""

import base64
import json
import struct
import sys
import urllib.error
import urllib.request

import numpy

NUMPY_TYPES = {"UINT8": "<u1", "INT32": "<i4", "INT64": "<i8", "FP32": "<f4"}


class Client:
    def __init__(self, server, model):
        self.server = server
        self.model = model

    def get(self, path):
        with urllib.request.urlopen(f"{self.server}{path}") as answer:
            return json.load(answer)

    def infer(self, inputs, outputs, binary_input, binary_output):
        """Maps (name, datatype, array) to the outputs' arrays by their names."""
        request = {"id": "a request", "inputs": [], "outputs": [{"name": name, "parameters": {"binary_data": binary_output}} for name in outputs]}
        data = b""
        for name, datatype, array in inputs:
            tensor = {"name": name, "shape": list(array.shape), "datatype": datatype}
            if binary_input:
                part = encode(datatype, array)
                tensor["parameters"] = {"binary_data_size": len(part)}
                data += part
            else:
                tensor["data"] = [base64.b64encode(array[0]).decode()] if datatype == "BYTES" else array.flatten().tolist()
            request["inputs"].append(tensor)
        header = json.dumps(request).encode()
        headers = {"Content-Type": "application/json"}
        if binary_input:
            headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(header))}
        post = urllib.request.Request(f"{self.server}/v2/models/{self.model}/infer", header + data, headers)
        with urllib.request.urlopen(post) as answer:
            return self.read(answer)

    def read(self, answer):
        body = answer.read()
        header_length = int(answer.headers.get("Inference-Header-Content-Length", len(body)))
        response = json.loads(body[:header_length])
        see(response["model_name"] == self.model and response["id"] == "a request", "the answer names its model and its request")
        arrays, at = {}, header_length
        for output in response["outputs"]:
            size = output.get("parameters", {}).get("binary_data_size")
            if size is None:
                arrays[output["name"]] = from_json(output)
            else:
                arrays[output["name"]] = decode(output, body[at:at + size])
                at += size
        see(at == len(body), "the answer is as long as its parts")
        return arrays


def encode(datatype, array):
    if datatype == "BYTES":
        return b"".join(struct.pack("<I", len(element)) + element for element in array.flatten())
    return array.astype(NUMPY_TYPES[datatype]).tobytes()


def decode(output, data):
    if output["datatype"] != "BYTES":
        return numpy.frombuffer(data, NUMPY_TYPES[output["datatype"]]).reshape(output["shape"])
    elements = []
    while data:
        (length,) = struct.unpack_from("<I", data)
        elements.append(data[4:4 + length])
        data = data[4 + length:]
    return numpy.array(elements, object).reshape(output["shape"])


def from_json(output):
    if output["datatype"] == "BYTES":
        return numpy.array([base64.b64decode(element) for element in output["data"]], object).reshape(output["shape"])
    return numpy.array(output["data"], NUMPY_TYPES[output["datatype"]]).reshape(output["shape"])


def see(is_so, what):
    print(("seen: " if is_so else "NOT SO: ") + what)
    if not is_so:
        sys.exit(1)


def size_of_png(data):
    width, height = struct.unpack(">II", data[16:24])
    return height, width


def segment(server, photo):
    post = urllib.request.Request(f"{server}/segment", photo, {"Content-Type": "application/octet-stream"})
    with urllib.request.urlopen(post) as answer:
        return answer.read()


def check_server(client):
    see("binary_tensor_data" in client.get("/v2")["extensions"], "the server has the binary tensor data extension")
    see(client.get("/v2/health/live") == {"live": True}, "the server is live")
    see(client.get("/v2/health/ready") == {"ready": True}, "the server is ready")
    see(client.get(f"/v2/models/{client.model}/ready") == {"name": client.model, "ready": True}, "the model is ready")
    try:
        client.get("/v2/models/no-such-model")
        see(False, "an unknown model is an error")
    except urllib.error.HTTPError as error:
        see("no-such-model" in json.load(error)["error"], "an unknown model is an error, in words")


def check_photo(client, photo):
    mask = segment(client.server, photo)
    element = numpy.array([photo], object)
    first = None
    for binary_input in (False, True):
        for binary_output in (False, True):
            answer = client.infer([("photo", "BYTES", element)], ["labels", "mask"], binary_input, binary_output)
            see(answer["mask"][0] == mask, "the mask is that of POST /segment")
            see(answer["labels"].shape == (1, *size_of_png(mask)), "the labels have the mask's size")
            first = answer["labels"] if first is None else first
            see(numpy.array_equal(answer["labels"], first), "the labels are the same in every form")


def check_tensor(client):
    metadata = client.get(f"/v2/models/{client.model}")
    tensor = metadata["inputs"][1]
    output = next(one for one in metadata["outputs"] if one["parameters"]["input"] == tensor["name"])
    batch, *sides = [side if side > 0 else 64 for side in tensor["shape"]]
    batch = 2 if tensor["shape"][0] < 0 else 1
    values = numpy.random.default_rng(1).uniform(-100, 100, (batch, *sides)).astype("float32")
    first = None
    for binary_input in (False, True):
        for binary_output in (False, True):
            answer = client.infer([(tensor["name"], tensor["datatype"], values)], [output["name"]], binary_input, binary_output)[output["name"]]
            agrees = len(answer.shape) == len(output["shape"]) and all(said in (-1, is_) for said, is_ in zip(output["shape"], answer.shape))
            see(agrees, f"the network's output {answer.shape} has the shape that the metadata say")
            first = answer if first is None else first
            see(numpy.array_equal(answer, first), "the network's output is the same in every form")


def main():
    server, model, photo = sys.argv[1:]
    client = Client(server.rstrip("/"), model)
    check_server(client)
    with open(photo, "rb") as file:
        check_photo(client, file.read())
    check_tensor(client)


if __name__ == "__main__":
    main()
