using DataType = FcnService.Export.Onnx.TensorProto.Types.DataType;

namespace FcnService.Export.Onnx;

/// <summary>Makes a graph compute in 16-bit floats; what goes in and comes out stays as it is.</summary>
internal static class HalfPrecision
{
    private const string Suffix = ".half";

    /// <summary>Rewrites a graph in which every float is a 32-bit one.</summary>
    /// <exception cref="ExportException">A constant is beyond the largest 16-bit float.</exception>
    public static void ApplyTo(GraphProto graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        for (var i = 0; i < graph.Initializer.Count; i++)
        {
            if (graph.Initializer[i].DataType == (int)DataType.Float)
            {
                graph.Initializer[i] = OnnxTensors.Half(OnnxTensors.ReadSingle(graph.Initializer[i]));
            }
        }

        foreach (var value in graph.ValueInfo.Where(IsFloat))
        {
            value.Type.TensorType.ElemType = (int)DataType.Float16;
        }

        foreach (var input in graph.Input.Where(IsFloat))
        {
            Rename(input.Name, node => node.Input);
            graph.Node.Insert(0, Cast(input.Name, input.Name + Suffix, DataType.Float16));
        }

        foreach (var output in graph.Output.Where(IsFloat))
        {
            Rename(output.Name, node => node.Output);
            Rename(output.Name, node => node.Input);
            graph.Node.Add(Cast(output.Name + Suffix, output.Name, DataType.Float));
        }

        void Rename(string name, Func<NodeProto, IList<string>> namesOf)
        {
            foreach (var names in graph.Node.Select(namesOf))
            {
                for (var i = 0; i < names.Count; i++)
                {
                    names[i] = names[i] == name ? name + Suffix : names[i];
                }
            }
        }
    }

    private static bool IsFloat(ValueInfoProto value) => value.Type.TensorType.ElemType == (int)DataType.Float;

    private static NodeProto Cast(string from, string to, DataType type) => new()
    {
        Name = $"{to}.cast",
        OpType = "Cast",
        Input = { from },
        Output = { to },
        Attribute = { new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (long)type } },
    };
}
