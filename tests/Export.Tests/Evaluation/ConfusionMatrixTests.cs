using FcnService.Export.Evaluation;

namespace FcnService.Export.Tests.Evaluation;

public sealed class ConfusionMatrixTests
{
    // Two right and one wrong of class 0, one right of class 1, none of class 2, which is predicted once; the last pixel is void.
    private static readonly byte[] Truth = [0, 0, 0, 1, 255];
    private static readonly byte[] Prediction = [0, 0, 2, 1, 1];

    private readonly ConfusionMatrix matrix = new(classes: 4);

    public ConfusionMatrixTests() => matrix.Add(Truth, Prediction);

    [Fact]
    public void Pixels_WithVoid_LeavesItOut() => Assert.Equal(4, matrix.Pixels);

    [Fact]
    public void PixelAccuracy_IsTheShareOfRightPixels() => Assert.Equal(3.0 / 4, matrix.PixelAccuracy, 1e-12);

    [Fact]
    public void MeanAccuracy_LeavesOutClassesWithoutPixels() => Assert.Equal(((2.0 / 3) + 1) / 2, matrix.MeanAccuracy, 1e-12);

    [Fact]
    public void IntersectionOverUnion_EachClass_IsItsOverlap() =>
        Assert.Equal([2.0 / 3, 1, 0, double.NaN], Enumerable.Range(0, 4).Select(matrix.IntersectionOverUnion));

    [Fact]
    public void MeanIU_LeavesOutClassesThatOccurNowhere() => Assert.Equal(((2.0 / 3) + 1 + 0) / 3, matrix.MeanIU, 1e-12);

    [Fact]
    public void FrequencyWeightedIU_WeighsByGroundTruth() => Assert.Equal((0.75 * 2 / 3) + (0.25 * 1), matrix.FrequencyWeightedIU, 1e-12);

    [Fact]
    public void Add_SecondMask_CountsTogether()
    {
        matrix.Add([3, 3], [3, 3]);

        Assert.Equal(5.0 / 6, matrix.PixelAccuracy, 1e-12);
    }

    [Fact]
    public void Add_PredictionOfNoClass_IsWrong()
    {
        matrix.Add([0, 3], [255, 255]);

        Assert.Equal(3.0 / 6, matrix.PixelAccuracy, 1e-12);
        Assert.Equal([2.0 / 4, 1, 0, 0], Enumerable.Range(0, 4).Select(matrix.IntersectionOverUnion));
    }

    [Fact]
    public void Add_MaskOfAnotherLength_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add([0, 0], [0]));
}
