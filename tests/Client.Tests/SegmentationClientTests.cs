using System.Net;
using System.Net.Http.Headers;
using System.Text;
using FcnService.Api.Tests;

namespace FcnService.Client.Tests;

public sealed class SegmentationClientTests(Service service) : IClassFixture<Service>
{
    private readonly SegmentationClient client = new(service.Client);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Segment_FileBytesAndStreams_GiveTheMask()
    {
        using var folder = new TemporaryFolder();
        var photo = Service.Draw(61, 37);
        await File.WriteAllBytesAsync(folder["photo.png"], photo, Cancellation);
        using var stream = new MemoryStream(photo);
        using var oneWay = new OneWayStream(photo);
        using var plain = await service.PostBodyAsync(photo);
        var expected = await plain.Content.ReadAsByteArrayAsync(Cancellation);

        foreach (var source in (ImageSource[])[
            ImageSource.FromFile(folder["photo.png"]), ImageSource.FromBytes(photo), ImageSource.FromStream(stream), ImageSource.FromStream(oneWay)])
        {
            using var answer = await client.SegmentAsync(source, cancellation: Cancellation);
            Assert.Equal(expected, await answer.ReadBytesAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Segment_Mask_TellsModelTypeLengthAndTimes()
    {
        using var answer = await client.SegmentAsync(ImageSource.FromBytes(Service.Draw(20, 20)), new() { Model = "fcn8s-camvid" }, Cancellation);

        Assert.Equal(("fcn8s-camvid", "image/png", false), (answer.Model, answer.MediaType, answer.IsNotModified));
        Assert.Equal(answer.Length, (await answer.ReadBytesAsync(Cancellation)).Length);
        Assert.Equal(["decode", "preprocess", "queue", "inference", "postprocess", "encode"], answer.Timings.Keys);
        Assert.True(answer.Timings["inference"] > TimeSpan.Zero);
    }

    [Fact]
    public async Task Segment_WithTheETagOfAnAnswer_IsNotModified()
    {
        var photo = ImageSource.FromBytes(Service.Draw(40, 30));
        using var first = await client.SegmentAsync(photo, cancellation: Cancellation);
        Assert.NotNull(first.ETag);

        using var same = await client.SegmentAsync(photo, new() { IfNoneMatch = first.ETag }, Cancellation);
        using var other = await client.SegmentAsync(photo, new() { IfNoneMatch = first.ETag, Output = SegmentationOutput.Color }, Cancellation);

        Assert.True(same.IsNotModified);
        Assert.Equal(first.ETag, same.ETag);
        Assert.Empty(await same.ReadBytesAsync(Cancellation));
        Assert.False(other.IsNotModified);
    }

    [Fact]
    public async Task Segment_Json_IsAReportThatAgreesWithTheMask()
    {
        var photo = ImageSource.FromBytes(Service.Draw(97, 61));
        using var mask = await client.SegmentAsync(photo, cancellation: Cancellation);
        var indices = PngFile.ReadIndexed(await mask.ReadBytesAsync(Cancellation)).Indices;
        using var answer = await client.SegmentAsync(photo, new() { Output = SegmentationOutput.Json, Regions = RegionForm.Rle }, Cancellation);

        var report = await answer.ReadReportAsync(Cancellation);

        Assert.Equal(("fcn8s-camvid", 97, 61), (report.Model, report.Width, report.Height));
        Assert.Equal(indices.Distinct().Order().Select(index => (int)index), report.Classes.Select(found => found.Index));
        foreach (var found in report.Classes)
        {
            var at = Enumerable.Range(0, indices.Length).Where(i => indices[i] == found.Index).ToList();
            var (left, top) = (at.Min(i => i % 97), at.Min(i => i / 97));
            Assert.Equal(at.Count, found.Pixels);
            Assert.Equal(new BoundingBox(left, top, at.Max(i => i % 97) - left + 1, at.Max(i => i / 97) - top + 1), found.Bbox);
            Assert.InRange(found.Confidence!.Value, 0, 1);
            Assert.Equal([61, 97], found.Rle!.Size);
            Assert.Null(found.Polygons);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => mask.ReadReportAsync(Cancellation));
    }

    [Fact]
    public async Task Segment_Polygons_AreRingsOfCorners()
    {
        using var answer = await client.SegmentAsync(
            ImageSource.FromBytes(Service.Draw(40, 30)), new() { Output = SegmentationOutput.Json, Regions = RegionForm.Polygons }, Cancellation);

        var report = await answer.ReadReportAsync(Cancellation);

        Assert.All(report.Classes.SelectMany(found => found.Polygons!), ring => Assert.True(ring.Count >= 8 && ring.Count % 2 == 0));
    }

    [Theory]
    [InlineData(SegmentationOutput.Mask, "image/png")]
    [InlineData(SegmentationOutput.Color, "image/png")]
    [InlineData(SegmentationOutput.Overlay, "image/jpeg")]
    [InlineData(SegmentationOutput.Confidence, "image/png")]
    [InlineData(SegmentationOutput.Json, "application/json")]
    [InlineData(SegmentationOutput.Npy, "application/x-npy")]
    public async Task Segment_EveryOutput_IsOfItsType(SegmentationOutput output, string mediaType)
    {
        using var answer = await client.SegmentAsync(ImageSource.FromBytes(Service.Draw(20, 20)), new() { Output = output }, Cancellation);
        Assert.Equal(mediaType, answer.MediaType);
    }

    [Fact]
    public async Task Segment_BrokenImage_IsTheServicesProblem()
    {
        var refused = await Assert.ThrowsAsync<SegmentationException>(
            () => client.SegmentAsync(ImageSource.FromBytes(Service.Draw(64, 64).AsMemory(0, 200)), cancellation: Cancellation));

        Assert.Equal((HttpStatusCode.BadRequest, "/problems/undecodable-image"), (refused.Status, refused.Type));
        Assert.Equal("The image is broken or truncated.", refused.Title);
        Assert.Contains("Png", refused.Detail, StringComparison.Ordinal);
        Assert.Contains(refused.Detail!, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segment_UnknownModel_IsTheServicesProblem()
    {
        var refused = await Assert.ThrowsAsync<SegmentationException>(
            () => client.SegmentAsync(ImageSource.FromBytes(Service.Draw(8, 8)), new() { Model = "a b&c" }, Cancellation));

        Assert.Equal("/problems/unknown-model", refused.Type);
        Assert.Contains("'a b&c'", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SegmentMany_ImagesWithABrokenOne_AreAnsweredInOrder()
    {
        var batches = new SegmentationClient(service.Client, new SegmentationClientOptions { BatchSize = 3 });
        var photos = Enumerable.Range(0, 8).Select(i => i == 4 ? Encoding.ASCII.GetBytes("no image") : Service.Draw(20 + i, 30)).ToList();
        var sources = photos.Select((photo, i) => ImageSource.FromBytes(photo, $"photo {i}.png")).ToList();

        var seen = 0;
        await foreach (var (image, answer, problem) in batches.SegmentManyAsync(sources, cancellation: Cancellation))
        {
            Assert.Same(sources[seen], image);
            if (seen == 4)
            {
                Assert.Equal((null, "/problems/unsupported-format"), (answer, problem?.Type));
            }
            else
            {
                using var alone = await service.PostBodyAsync(photos[seen]);
                using var many = answer!;
                Assert.Equal(await alone.Content.ReadAsByteArrayAsync(Cancellation), await many.ReadBytesAsync(Cancellation));
                Assert.Equal("fcn8s-camvid", many.Model);
            }

            seen++;
        }

        Assert.Equal(8, seen);
    }

    [Fact]
    public async Task SegmentMany_UnknownModel_IsRefusedAsAWhole()
    {
        var refused = await Assert.ThrowsAsync<SegmentationException>(async () =>
        {
            await foreach (var _ in client.SegmentManyAsync([ImageSource.FromBytes(Service.Draw(8, 8))], new() { Model = "none" }, Cancellation))
            {
            }
        });
        Assert.Equal("/problems/unknown-model", refused.Type);
    }

    [Fact]
    public async Task SegmentMany_AnswerThatBreaksOff_AsksForTheRestAgain()
    {
        using var server = new ScriptedServer(() => Batch("one", cutTo: 60), () => Batch("two", cutTo: null));
        var sources = Enumerable.Range(0, 2).Select(i => ImageSource.FromBytes(new[] { (byte)('a' + i) })).ToList();

        var answers = new List<string>();
        await foreach (var (_, answer, _) in server.Client().SegmentManyAsync(sources, cancellation: Cancellation))
        {
            answers.Add(Encoding.ASCII.GetString(await answer!.ReadBytesAsync(Cancellation)));
        }

        Assert.Equal(["one", "two"], answers);
        Assert.Equal([2, 1], server.Requests.Select(request => Encoding.ASCII.GetString(request.Body).Split("form-data; name=image").Length - 1));

        static HttpResponseMessage Batch(string content, int? cutTo)
        {
            var part = $"--b\r\nStatus: 200\r\nContent-Length: 3\r\n\r\n{content}\r\n";
            var whole = part + part + "--b--\r\n";
            var text = cutTo is { } length ? whole[..length] : whole;
            return new(HttpStatusCode.OK) { Content = new StringContent(text, MediaTypeHeaderValue.Parse("multipart/mixed; boundary=b")) };
        }
    }

    [Fact]
    public async Task SegmentMany_ImageRefusedForTheMoment_IsSentOnItsOwn()
    {
        const string parts = "--b\r\nStatus: 200\r\nContent-Length: 3\r\n\r\none\r\n--b\r\nStatus: 429\r\nContent-Length: 0\r\n\r\n\r\n--b--\r\n";
        using var server = new ScriptedServer(
            () => new(HttpStatusCode.OK) { Content = new StringContent(parts, MediaTypeHeaderValue.Parse("multipart/mixed; boundary=b")) },
            ScriptedServer.Mask);
        var sources = new[] { ImageSource.FromBytes(new byte[] { 1 }), ImageSource.FromBytes(new byte[] { 2 }) };
        var request = new SegmentationRequest { Accept = "image/jpeg" };

        var answers = new List<byte[]>();
        await foreach (var (_, answer, _) in server.Client().SegmentManyAsync(sources, request, Cancellation))
        {
            answers.Add(await answer!.ReadBytesAsync(Cancellation));
        }

        Assert.Equal([Encoding.ASCII.GetBytes("one"), [1, 2, 3]], answers);
        Assert.Equal(["/segment/batch", "/segment"], server.Requests.Select(asked => asked.Address));
        Assert.Equal([2], server.Requests[1].Body);
        Assert.Equal("multipart/mixed, image/jpeg", server.Requests[0].Headers.Accept.ToString());
    }

    [Fact]
    public async Task Segment_LargeImageAndAnswer_AreNotHeldInMemory()
    {
        // Read a byte ahead of what is taken, not the whole.
        using var image = new OneWayStream(new byte[10_000_000]);
        using var content = new OneWayStream(new byte[10_000_000]);
        var most = 0L;
        using var http = new HttpClient(new Taker(
            new Measure(written => most = Math.Max(most, image.WasRead - written)),
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(content) })) { BaseAddress = new Uri("http://service.example") };

        using var answer = await new SegmentationClient(http).SegmentAsync(ImageSource.FromStream(image), cancellation: Cancellation);

        Assert.Equal(10_000_000, image.WasRead);
        Assert.InRange(most, 1, 64 * 1024);
        Assert.Equal(0, content.WasRead);
        await (await answer.OpenAsync(Cancellation)).ReadExactlyAsync(new byte[10], Cancellation);
        Assert.InRange(content.WasRead, 10, 100_000);
    }

    [Fact]
    public async Task Segment_EveryOption_IsAParameterOrAHeader()
    {
        using var server = new ScriptedServer(ScriptedServer.Mask);
        var request = new SegmentationRequest
        {
            Model = "m",
            Output = SegmentationOutput.Overlay,
            Classes = ["traffic light", "a&b"],
            Alpha = 0.25,
            Outlines = true,
            Regions = RegionForm.Rle,
            Npy = ArrayContent.Probabilities,
            Accept = "image/png",
            IfNoneMatch = "\"tag\"",
        };

        using var answer = await server.Client(new() { ApiKey = "secret" }).SegmentAsync(ImageSource.FromBytes(new byte[1]), request, Cancellation);

        var (address, _, headers) = Assert.Single(server.Requests);
        Assert.Equal(
            "/segment?model=m&output=overlay&classes=traffic%20light%2Ca%26b&alpha=0.25&outlines=true&regions=rle&npy=probabilities", address);
        Assert.Equal("secret", Assert.Single(headers.GetValues("X-Api-Key")));
        Assert.Equal("image/png", headers.Accept.ToString());
        Assert.Equal("\"tag\"", headers.IfNoneMatch.ToString());
    }

    [Fact]
    public async Task Save_BrokenConnection_LeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        folder.Write("mask.png", "old");
        using var content = new OneWayStream(new byte[1000], failsAt: 1000);
        using var server = new ScriptedServer(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(content) }, ScriptedServer.Mask);
        var broken = server.Client();

        using var cut = await broken.SegmentAsync(ImageSource.FromBytes(new byte[1]), cancellation: Cancellation);
        await Assert.ThrowsAsync<IOException>(() => cut.SaveAsync(folder["mask.png"], Cancellation));
        Assert.Equal(["mask.png"], folder.Files);
        Assert.Equal("old", await File.ReadAllTextAsync(folder["mask.png"], Cancellation));

        using var whole = await broken.SegmentAsync(ImageSource.FromBytes(new byte[1]), cancellation: Cancellation);
        await whole.SaveAsync(folder["mask.png"], Cancellation);
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(folder["mask.png"], Cancellation));
    }

    [Fact]
    public async Task GetModels_TellsWhatIsServed()
    {
        var models = await client.GetModelsAsync(Cancellation);

        Assert.Equal("fcn8s-camvid", models.Default);
        var model = models.Models.Single(model => model.Name == "fcn8s-camvid");
        Assert.Equal(11, model.Classes.Count);
        Assert.Equal((256, 255, "pad"), (model.Palette.Count, model.Void, model.Size.Policy));
        Assert.NotNull(model.Size.MultipleOf);
        Assert.NotNull(model.License);
    }

    [Fact]
    public async Task IsReady_ServiceAndNobody_TellsThemApart()
    {
        Assert.True(await client.IsReadyAsync(Cancellation));
        using var server = new ScriptedServer(ScriptedServer.NoConnection, () => ScriptedServer.Problem(HttpStatusCode.ServiceUnavailable, "not-ready"));
        Assert.False(await server.Client().IsReadyAsync(Cancellation));
        Assert.False(await server.Client().IsReadyAsync(Cancellation));
    }

    [Fact]
    public void Client_WithoutAnAddressOrWithBadOptions_IsRefused()
    {
        using var http = new HttpClient();
        Assert.Contains("BaseAddress", Assert.Throws<ArgumentException>(() => new SegmentationClient(http)).Message, StringComparison.Ordinal);
        var options = new SegmentationClientOptions { MaxAttempts = 0 };
        Assert.Contains("MaxAttempts", Assert.Throws<ArgumentException>(() => new SegmentationClient(service.Client, options)).Message, StringComparison.Ordinal);
    }

    private sealed class Taker(Stream taken, HttpResponseMessage answer) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(taken, cancellationToken);
            return answer;
        }
    }

    private sealed class Measure(Action<long> beforeWrite) : MemoryStream
    {
        private long written;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            beforeWrite(written);
            written += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
