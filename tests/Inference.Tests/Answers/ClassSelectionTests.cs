using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Answers;

public sealed class ClassSelectionTests
{
    private static readonly byte[] AllLabels = [.. Enumerable.Range(0, 256).Select(label => (byte)label)];

    [Fact]
    public void Apply_ModelWithBackground_TurnsTheRestToIt()
    {
        var selection = new ClassSelection(["DOG", "cat"], "tiny", Contracts.Of("cat", "Background", "dog", "cow"));

        Assert.Equal([0, 2], selection.Labels);
        Assert.Equal(AllLabels.Select(label => label is 0 or 2 ? label : (byte)1), Apply(selection));
    }

    [Fact]
    public void Apply_ModelWithoutBackground_TurnsTheRestToVoid()
    {
        var selection = new ClassSelection(["dog"], "tiny", Contracts.Of("cat", "cow", "dog") with { Void = 11 });

        Assert.Equal(AllLabels.Select(label => label == 2 ? label : (byte)11), Apply(selection));
    }

    [Fact]
    public void Apply_NoNames_IsNoOtherMap()
    {
        var selection = new ClassSelection(null, "tiny", Contracts.Of("cat", "dog"));
        using var map = new ClassMap(new ImageSize(1, 1));

        Assert.True(selection.IsAll);
        Assert.Null(selection.Apply(map));
        Assert.Equal([0, 1], selection.Labels);
        Assert.Equal(255, selection.Shown(255));
    }

    [Fact]
    public void Create_UnknownName_IsRefusedWithTheKnown()
    {
        var refused = Assert.Throws<InvalidParameterException>(() => new ClassSelection(["dog", "cta"], "tiny", Contracts.Of("cat", "dog")));

        Assert.Equal("classes", refused.Parameter);
        Assert.Equal("The parameter 'classes' names 'cta', which is no class of the model 'tiny'; it knows: cat, dog.", refused.Message);
    }

    private static byte[] Apply(ClassSelection selection)
    {
        using var map = new ClassMap(new ImageSize(16, 16));
        AllLabels.CopyTo(map.Labels);
        using var applied = selection.Apply(map);
        return applied!.Labels.ToArray();
    }
}
