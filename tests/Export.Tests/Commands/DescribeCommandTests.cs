using System.CommandLine;
using FcnService.Export.Commands;

namespace FcnService.Export.Tests.Commands;

public sealed class DescribeCommandTests
{
    [Fact]
    public void Describe_Fcn8sInOriginalPadding_ListsLayersAndPublishedTotals()
    {
        var (exitCode, lines, error) = Describe("fcn8s", "--padding", "original", "--frame", "computed", "--size", "500x500");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Equal("fcn8s, 21 classes, image 500×500", lines[0]);
        Assert.Equal("layer          operation          channels  width × height   parameters    GMAC  field  stride", lines[2]);
        Assert.Equal("conv1_1        conv 3/1, pad 100        64         698×698        1,792   0.842      3       1", lines[3]);
        Assert.Contains("score_pool4c   crop from 5              21           34×34                         100      16", lines);
        Assert.Contains("upscore8       deconv 16/8              21         568×568      112,896   0.553    460       1", lines);
        Assert.Equal(
            [
                "parameters       134,489,759, of which learned 134,362,751",
                "GMAC             181.5, with deconvolutions channel by channel 181.0",
                "receptive field  404 (of a score before upsampling)",
                "stride           32",
            ],
            lines[^4..]);
    }

    [Fact]
    public void Describe_OriginalPadding_ListsWhatIsComputedWithEachImage()
    {
        var (exitCode, lines, error) = Describe("fcn8s", "--padding", "original");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("conv1_2             conv 3/1                       64         506×506       36,928   9.439      5       1", lines);
        Assert.Contains("relu3_3_change      bias                          256         135×135          256             40       4", lines);
        Assert.Contains("relu4_3_whole       add empty frame from 7        512           88×88    1,548,800             92       8", lines);
        Assert.Equal(
            [
                "parameters       134,489,759, of which learned 134,362,751; computed from them 1,570,490",
                "GMAC             126.5, with deconvolutions channel by channel 126.0",
            ],
            lines[^4..^2]);
    }

    [Fact]
    public void Describe_SamePadding_HasNoFrameToStore()
    {
        var (_, stored, _) = Describe("fcn8s", "--frame", "stored");
        var (_, computed, _) = Describe("fcn8s", "--frame", "computed");

        Assert.Equal(computed, stored);
    }

    [Fact]
    public void Describe_SamePadding_IsTheDefaultAndPadsTheImage()
    {
        var (_, lines, _) = Describe("fcn8s", "--size", "500x375");

        Assert.Equal("fcn8s, 21 classes, image 500×375, padded to 512×384", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("upscore8", StringComparison.Ordinal) && line.Contains(" 512×384 "));
    }

    [Fact]
    public void Describe_Defaults_AreVocAnd500PixelsSquare()
    {
        var (_, lines, _) = Describe("fcn-alexnet");

        Assert.Equal("fcn-alexnet, 21 classes, image 500×500", lines[0]);
        Assert.Equal("parameters       58,704,590, of which learned 56,954,261", lines[^4]);
        Assert.Equal("receptive field  355 (of a score before upsampling)", lines[^2]);
    }

    [Fact]
    public void Describe_WidthFcAndClasses_AreThoseOfTheNetwork()
    {
        var (_, lines, _) = Describe("fcn32s", "--width", "0.25", "--fc", "512", "--classes", "cat,dog");

        Assert.Equal("fcn32s, 2 classes, image 500×500, padded to 512×512", lines[0]);
        Assert.Contains(lines, line => line.StartsWith("conv1_1 ", StringComparison.Ordinal) && line.Contains(" 16 "));
        Assert.Contains(lines, line => line.StartsWith("fc7 ", StringComparison.Ordinal) && line.Contains(" 512 "));
    }

    [Theory]
    [InlineData("500")]
    [InlineData("500x")]
    [InlineData("0x500")]
    [InlineData("500x-1")]
    [InlineData("500x500x3")]
    [InlineData("65537x1")]
    [InlineData("99999999999x1")]
    public void Describe_ImpossibleSize_SaysWhatIsExpected(string size)
    {
        var (exitCode, _, error) = Describe("fcn8s", "--size", size);

        Assert.Equal(2, exitCode);
        Assert.Equal($"--size is \"{size}\"; expected WIDTHxHEIGHT with sides of 1 to 65536 pixels, such as 500x375.", error.TrimEnd());
    }

    [Theory]
    [InlineData("1x1")]
    [InlineData("65536x65536")]
    public void Describe_ExtremeSize_StaysCountable(string size)
    {
        var (exitCode, lines, _) = Describe("fcn8s", "--padding", "original", "--size", size);

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(lines, line => line.Contains('-'));
    }

    private static (int ExitCode, string[] Lines, string Error) Describe(params IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = new RootCommand { DescribeCommand.Create() }.RunAsync(["describe", .. arguments], output, error).GetAwaiter().GetResult();
        return (exitCode, output.ToString().TrimEnd().Split(Environment.NewLine), error.ToString());
    }
}
