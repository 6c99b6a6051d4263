using FcnService.Inference.Answers;

namespace FcnService.Inference.Tests.Answers;

public sealed class AnswerOptionsTests
{
    [Fact]
    public void Parse_Nothing_IsTheMaskOfAllClasses() => Assert.Equal(new AnswerOptions(), Parse());

    [Fact]
    public void Parse_AllParameters_AreTaken()
    {
        var options = Parse(
            ("output", "Overlay"), ("classes", " car, sign symbol ,"), ("alpha", ".25"), ("outlines", "TRUE"),
            ("regions", "rle"), ("npy", "probabilities"));

        Assert.Equal(["car", "sign symbol"], options.Classes);
        var expected = new AnswerOptions
        {
            Kind = AnswerKind.Overlay, Classes = options.Classes, Alpha = 0.25, Outlines = true,
            Regions = RegionForm.Rle, Array = ArrayContent.Probabilities,
        };
        Assert.Equal(expected, options);
    }

    [Theory]
    [InlineData("output", "", "one of: mask, color, overlay, confidence, json, npy")]
    [InlineData("output", "masks", "one of: mask, color, overlay, confidence, json, npy")]
    [InlineData("output", "1", "one of: mask, color, overlay, confidence, json, npy")]
    [InlineData("output", "mask,json", "one of: mask, color, overlay, confidence, json, npy")]
    [InlineData("alpha", "1.01", "a number from 0 to 1, as in 0.5")]
    [InlineData("alpha", "-0", "a number from 0 to 1, as in 0.5")]
    [InlineData("alpha", "NaN", "a number from 0 to 1, as in 0.5")]
    [InlineData("alpha", "0,5", "a number from 0 to 1, as in 0.5")]
    [InlineData("alpha", "", "a number from 0 to 1, as in 0.5")]
    [InlineData("outlines", "yes", "one of: true, false")]
    [InlineData("regions", "polygon", "one of: none, rle, polygons")]
    [InlineData("npy", "scores", "one of: labels, probabilities")]
    [InlineData("classes", " , ", "names of classes with commas between them")]
    public void Parse_OtherValue_IsRefusedWithWhatIsAllowed(string parameter, string value, string expected)
    {
        var refused = Assert.Throws<InvalidParameterException>(() => Parse((parameter, value)));

        Assert.Equal(parameter, refused.Parameter);
        Assert.Equal($"The parameter '{parameter}' is '{value}'; expected {expected}.", refused.Message);
    }

    [Fact]
    public void Parameters_ExamplesAndDefaults_AreTaken()
    {
        foreach (var parameter in AnswerParameters.All)
        {
            Parse((parameter.Name, parameter.Example));
            Parse([.. parameter.Values.Select(value => (parameter.Name, value)).TakeLast(1)]);
            Assert.True(parameter.Default is null || Parse((parameter.Name, parameter.Default)) == new AnswerOptions(), parameter.Name);
        }
    }

    private static AnswerOptions Parse(params (string Name, string Value)[] parameters)
    {
        var given = parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        return AnswerOptions.Parse(given.GetValueOrDefault);
    }
}
