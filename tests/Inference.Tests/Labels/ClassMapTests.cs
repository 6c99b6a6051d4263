using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;

namespace FcnService.Inference.Tests.Labels;

public sealed class ClassMapTests
{
    [Fact]
    public void Row_OfAMap_IsItsPartOfTheLabels()
    {
        using var map = new ClassMap(new ImageSize(2, 3));
        map.Labels.Clear();
        map.Row(1).Fill(9);

        Assert.Equal([0, 0, 9, 9, 0, 0], map.Labels.ToArray());
    }

    [Fact]
    public void Labels_OfADisposedMap_AreOutOfReach()
    {
        var map = new ClassMap(new ImageSize(2, 3));
        map.Dispose();
        // The buffer must not go back to the pool twice.
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map.Labels.Length);
    }
}
