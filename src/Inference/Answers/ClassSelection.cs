using FcnService.Inference.Labels;
using FcnService.Inference.Models;

namespace FcnService.Inference.Answers;

/// <summary>The classes of a model that an answer shows; the pixels of all others become background.</summary>
internal sealed class ClassSelection
{
    // By label: the label that is shown in its place. Null where every label is its own.
    private readonly byte[]? shown;

    /// <summary>Selects classes.</summary>
    /// <param name="names">Their names, in any case; null for all.</param>
    /// <param name="model">The model's name, for messages.</param>
    /// <param name="contract">What knows the classes.</param>
    /// <exception cref="InvalidParameterException">The model has no class of a name.</exception>
    public ClassSelection(IReadOnlyList<string>? names, string model, ModelContract contract)
    {
        if (names is null)
        {
            Labels = [.. Enumerable.Range(0, contract.Classes.Count).Select(label => (byte)label)];
            return;
        }

        Labels = [.. names.Select(name => LabelOf(name, model, contract)).Distinct().Order()];
        shown = new byte[byte.MaxValue + 1];
        Array.Fill(shown, contract.Background);
        foreach (var label in Labels)
        {
            shown[label] = label;
        }
    }

    /// <summary>The labels of the classes that were selected, in order.</summary>
    public IReadOnlyList<byte> Labels { get; }

    /// <summary>Whether every label is shown as it is.</summary>
    public bool IsAll => shown is null;

    /// <summary>The label that is shown in another's place, or the same.</summary>
    public byte Shown(byte label) => shown is null ? label : shown[label];

    /// <summary>Whether the pixels of a label are shown as what they are.</summary>
    public bool Keeps(byte label) => shown is null || Labels.Contains(label);

    /// <summary>Makes the map that is shown.</summary>
    /// <returns>A map of its own; null where it would be the same.</returns>
    public ClassMap? Apply(ClassMap map)
    {
        if (shown is null)
        {
            return null;
        }

        var applied = new ClassMap(map.Size);
        var from = map.Labels;
        var to = applied.Labels;
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = shown[from[i]];
        }

        return applied;
    }

    private static byte LabelOf(string name, string model, ModelContract contract)
    {
        for (var label = 0; label < contract.Classes.Count; label++)
        {
            if (contract.Classes[label].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return (byte)label;
            }
        }

        throw new InvalidParameterException(
            AnswerParameters.Classes.Name,
            $"names '{name}', which is no class of the model '{model}'; it knows: {string.Join(", ", contract.Classes)}.");
    }
}
