using FcnService.Api.Errors;
using FcnService.Api.Segmentation;
using FcnService.Inference.Answers;
using Microsoft.AspNetCore.Http;

namespace FcnService.Api.Tests.Segmentation;

public sealed class AnswerNegotiationTests
{
    [Theory]
    [InlineData(null, AnswerKind.Mask)]
    [InlineData("", AnswerKind.Mask)]
    [InlineData("*/*", AnswerKind.Mask)]
    [InlineData("image/*", AnswerKind.Mask)]
    [InlineData("image/png", AnswerKind.Mask)]
    [InlineData("image/jpeg", AnswerKind.Overlay)]
    [InlineData("application/json", AnswerKind.Json)]
    [InlineData("application/x-npy", AnswerKind.Npy)]
    [InlineData("Application/JSON; charset=utf-8", AnswerKind.Json)]
    // Browsers: a page, and a picture.
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8", AnswerKind.Mask)]
    [InlineData("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", AnswerKind.Mask)]
    // A library that would take anything.
    [InlineData("application/json, text/plain, */*", AnswerKind.Mask)]
    [InlineData("application/json, */*;q=0.1", AnswerKind.Json)]
    [InlineData("image/png;q=0.5, application/json;q=0.9", AnswerKind.Json)]
    [InlineData("image/png;q=0, image/*", AnswerKind.Overlay)]
    [InlineData("image/png;q=0, */*;q=0.5, image/jpeg;q=0", AnswerKind.Json)]
    [InlineData("application/*", AnswerKind.Json)]
    [InlineData("no media type at all", AnswerKind.Mask)]
    public void Read_Accept_ChoosesWhatIsTakenMostGladly(string? accept, AnswerKind expected) =>
        Assert.Equal(expected, AnswerNegotiation.Read(Request(accept)).Kind);

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/webp, image/avif")]
    [InlineData("*/*;q=0")]
    public void Read_AcceptOfNothingThatIsGiven_IsRefused(string accept)
    {
        var refused = Assert.Throws<ProblemException>(() => AnswerNegotiation.Read(Request(accept)));

        Assert.Equal(ProblemKind.NotAcceptable, refused.Kind);
        var expected = $"'{accept}'; given are: image/png, image/jpeg, application/json, application/x-npy";
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Output_WinsOverAccept() => Assert.Equal(AnswerKind.Json, AnswerNegotiation.Read(Request("text/html", "?output=json")).Kind);

    [Theory]
    [InlineData(null, OverlayFormat.Jpeg)]
    [InlineData("*/*", OverlayFormat.Jpeg)]
    [InlineData("image/*", OverlayFormat.Jpeg)]
    [InlineData("image/png", OverlayFormat.Png)]
    [InlineData("image/png, image/jpeg;q=0.9", OverlayFormat.Png)]
    [InlineData("image/jpeg", OverlayFormat.Jpeg)]
    [InlineData("text/html", OverlayFormat.Jpeg)]
    public void Read_Overlay_IsAPngWhereThatIsPreferred(string? accept, OverlayFormat expected) =>
        Assert.Equal(expected, AnswerNegotiation.Read(Request(accept, "?output=overlay")).OverlayFormat);

    [Fact]
    public void Read_ClassesGivenTwice_AreAllTaken() =>
        Assert.Equal(["car", "sign symbol", "tree"], AnswerNegotiation.Read(Request(null, "?classes=car,sign%20symbol&classes=tree")).Classes);

    [Fact]
    public void Read_OtherParameterGivenTwice_IsRefused() =>
        Assert.Throws<InvalidParameterException>(() => AnswerNegotiation.Read(Request(null, "?output=mask&output=json")));

    private static HttpRequest Request(string? accept, string query = "")
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        if (accept is not null)
        {
            request.Headers.Accept = accept;
        }

        return request;
    }
}
