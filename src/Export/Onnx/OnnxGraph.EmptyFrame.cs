using FcnService.Export.Networks;

namespace FcnService.Export.Onnx;

/// <summary>The nodes of an <see cref="AddEmptyFrame"/>.</summary>
internal sealed partial class OnnxGraph
{
    /// <summary>Puts the change into zeros as large as the whole map, and adds the empty frame of that size.</summary>
    private void AddEmptyFrame(Layer layer, AddEmptyFrame frame, string change, string image)
    {
        var framedSize = Node("framed_size", "Add", SizeOf(image, Name("image_size")), Integers("margin", frame.Margin, frame.Margin));
        var stride = Integer("stride", frame.Stride);
        var size = Node("size", "Div", Node("rounded_size", "Add", framedSize, Integer("rounding", frame.Stride - 1)), stride);
        var overhang = Node("overhang", "Sub", Node("covered_size", "Mul", size, stride), framedSize);
        var zero = Integer("zero", 0);

        // Its values are gathered one by one along the columns, and rows in one piece: so the frame of the smallest map whose sides round
        // alike comes first, which is then repeated in the middle.
        var empty = Constant(OnnxTensors.Single(weights[Name("frame")]));
        var (shortestColumns, columns) = Positions("x", axis: 1);
        var (shortestRows, rows) = Positions("y", axis: 0);
        empty = Gather("shortest_columns", empty, shortestColumns, axis: 2);
        empty = Gather("shortest", empty, shortestRows, axis: 1);
        empty = Gather("columns", empty, columns, axis: 2);
        empty = Gather("empty", empty, rows, axis: 1);

        AddNode(layer, "Add", [Placed(), empty], []);
        AddValueInfo(layer);

        // Where the parameter holds the shortest map's positions, and the shortest map those of the whole one.
        (string InParameter, string InShortest) Positions(string what, int axis)
        {
            var (index, band) = (Integer($"{what}.axis", axis), frame.Band);
            long[] shortest = [.. Enumerable.Range(0, frame.ShortestLength).Select(position => (long)position)];
            var firstBehind = Integers(
                $"{what}.first_behind", [.. shortest.Select(position => (frame.Stride * (position - band - 1)) + 1)]);
            var behind = Node($"{what}.rounded_behind", "Add", firstBehind, Node($"{what}.overhang", "Gather", overhang, index));
            var inParameter = Node(
                $"{what}.in_parameter",
                "Add",
                Integers($"{what}.in_front", [.. shortest.Select(position => Math.Min(position, band))]),
                Node($"{what}.behind", "Max", behind, zero));

            var length = Node($"{what}.length", "Gather", size, index);
            var position = Node($"{what}.position", "Range", zero, length, Integer($"{what}.one", 1));
            var lastInMiddle = Node($"{what}.last_in_middle", "Sub", length, Integer($"{what}.band_and_one", band + 1));
            var inShortest = Node(
                $"{what}.in_shortest",
                "Add",
                Node($"{what}.up_to_middle", "Min", position, Integer($"{what}.band", band)),
                Node($"{what}.beyond_middle", "Max", Node($"{what}.from_middle", "Sub", position, lastInMiddle), zero));
            return (inParameter, inShortest);
        }

        string Placed()
        {
            var end = Node("end", "Add", SizeOf(change, Name("change_size")), Integers("start", frame.Start, frame.Start));
            var before = Integers("before", 0, 0, frame.Start, frame.Start, 0, 0);
            var pads = Name("pads");
            AddNode(pads, "Concat", [before, Node("behind", "Sub", size, end)], [Number("axis", 0)]);
            return Node("placed", "Pad", change, pads);
        }

        string Gather(string what, string map, string positions, int axis)
        {
            AddNode(Name(what), "Gather", [map, positions], [Number("axis", axis)]);
            return Name(what);
        }

        string Node(string what, string operatorName, params string[] inputs)
        {
            AddNode(Name(what), operatorName, inputs, []);
            return Name(what);
        }

        string Integer(string what, long value) => Constant(OnnxTensors.Integer(Name(what), value));

        string Integers(string what, params ReadOnlySpan<long> values) => Constant(OnnxTensors.Integers(Name(what), values));

        string Name(string what) => $"{layer.Name}.{what}";
    }
}
