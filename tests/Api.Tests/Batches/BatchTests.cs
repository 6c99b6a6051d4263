using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FcnService.Api.Admission;
using FcnService.Api.Tests.Access;

namespace FcnService.Api.Tests.Batches;

public sealed class BatchTests(BatchTests.SmallBatches service) : IClassFixture<BatchTests.SmallBatches>
{
    private const int MaxImages = 120;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_Images_AreAnsweredInOrderAsEachOnItsOwn()
    {
        byte[][] photos = [.. Enumerable.Range(0, 12).Select(i => Service.Draw(400 - (30 * i), 20 + (25 * i)))];

        using var response = await PostAsync(Form(photos), "?model=fcn8s-camvid");
        var answers = await BatchAnswer.ReadAllAsync(response);

        Assert.Equal(photos.Length, answers.Count);
        foreach (var (photo, answer) in photos.Zip(answers))
        {
            using var alone = await service.PostBodyAsync(photo);
            Assert.Equal(200, answer.Status);
            Assert.Equal(await alone.Content.ReadAsByteArrayAsync(Cancellation), answer.Body);
            foreach (var (name, value) in alone.Headers.NonValidated.Concat(alone.Content.Headers.NonValidated).Where(header => IsOfTheAnswer(header.Key)))
            {
                Assert.Equal(value.ToString(), answer.Headers[name]);
            }

            Assert.Contains("inference;dur=", answer.Headers["Server-Timing"], StringComparison.Ordinal);
        }

        static bool IsOfTheAnswer(string header) => header is "X-Model" or "ETag" or "Cache-Control" or "Vary" or "Content-Type" or "Content-Length";
    }

    [Fact]
    public async Task Post_BrokenImagesAmongOthers_AreProblemsInTheirPlaces()
    {
        var bomb = PngFile.Write(12_000, 12_000, colourType: 2, bitDepth: 8, bytesPerRow: 0, rows: []);
        using var response = await PostAsync(Form(
            Service.Draw(30, 20),
            Service.Draw(64, 64)[..200],
            Encoding.ASCII.GetBytes("hello"),
            [],
            bomb,
            [.. Service.Draw(9, 9), .. new byte[1_500_000]],
            Service.Draw(31, 21)));

        var answers = await BatchAnswer.ReadAllAsync(response);

        Assert.Equal([200, 400, 415, 400, 413, 413, 200], answers.Select(answer => answer.Status));
        Assert.Equal(
            [null, "undecodable-image", "unsupported-format", "missing-image", "too-many-pixels", "too-many-bytes", null],
            answers.Select(answer => answer.Problem?.Split('/')[^1]));
    }

    [Fact]
    public async Task Post_AcceptingZip_IsAZipOfTheSameAnswersWithAList()
    {
        byte[][] photos = [Service.Draw(30, 20), Encoding.ASCII.GetBytes("hello"), Service.Draw(31, 21)];
        using var parts = await PostAsync(Form(photos));
        var answers = await BatchAnswer.ReadAllAsync(parts);

        using var response = await PostAsync(Form(photos), accept: "application/zip");

        Assert.Equal("application/zip", response.Content.Headers.ContentType?.MediaType);
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync(Cancellation));
        Assert.Equal(["photo.png", "photo.problem.json", "photo (2).png", "answers.json"], zip.Entries.Select(entry => entry.FullName));
        Assert.Equal(answers.Select(answer => answer.FileName), zip.Entries.Take(3).Select(entry => entry.FullName));
        Assert.Equal(answers[0].Body, await ReadAsync(zip.Entries[0]));
        Assert.Equal(answers[2].Body, await ReadAsync(zip.Entries[2]));
        var list = JsonDocument.Parse(await ReadAsync(zip.Entries[3])).RootElement.EnumerateArray().ToList();
        Assert.Equal([200, 415, 200], list.Select(entry => entry.GetProperty("status").GetInt32()));
        Assert.Equal(zip.Entries.Take(3).Select(entry => entry.FullName), list.Select(entry => entry.GetProperty("answer").GetString()));
        Assert.All(list, entry => Assert.Equal("photo.png", entry.GetProperty("image").GetString()));
        Assert.Equal("fcn8s-camvid", list[0].GetProperty("headers").GetProperty("X-Model").GetString());
    }

    [Fact]
    public async Task Post_NamesThatLeadElsewhere_StayInTheZip()
    {
        string[] names = ["../../etc/passwd", @"..\..\windows\system.ini", "/absolute.png", @"C:\drive.jpg", "answers.json", "..", "con.jpg"];
        var form = new MultipartFormDataContent();
        foreach (var name in names)
        {
            var content = new ByteArrayContent(Service.Draw(8, 8));
            // As it is, which MultipartFormDataContent would not let through.
            content.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"image\"; filename*=UTF-8''{Uri.EscapeDataString(name)}");
            form.Add(content);
        }

        using var response = await PostAsync(form, accept: "application/zip");
        using var zip = new ZipArchive(await response.Content.ReadAsStreamAsync(Cancellation));

        Assert.Equal(
            ["passwd.png", "system.png", "absolute.png", "drive.png", "answers.png", "image-0006.png", "_con.png", "answers.json"],
            zip.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public async Task Post_FirstImageAlone_IsAnsweredBeforeTheNextIsSent()
    {
        using var connection = new RawConnection(service.Client.BaseAddress!.Host, service.Client.BaseAddress.Port);
        await connection.SendAsync(
            "POST /segment/batch HTTP/1.1\r\nHost: any\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n");
        await SendPartAsync();
        Assert.Contains("Status: 200", await connection.ReadUntilAsync("IEND"), StringComparison.Ordinal);
        await SendPartAsync();
        Assert.Contains("Status: 200", await connection.ReadUntilAsync("IEND"), StringComparison.Ordinal);
        await SendAsync("--b--\r\n"u8.ToArray());
        await connection.SendAsync("0\r\n\r\n");
        Assert.Contains("--\r\n", await connection.ReadUntilAsync("0\r\n\r\n"), StringComparison.Ordinal);

        // A part ends with the boundary after it, which the next one begins with.
        Task SendPartAsync() => SendAsync(
        [
            .. "--b\r\nContent-Disposition: form-data; name=image\r\n\r\n"u8,
            .. Service.Draw(20, 20),
            .. "\r\n--b\r\nContent-Disposition: form-data; name=note\r\n\r\n\r\n"u8,
        ]);

        async Task SendAsync(byte[] bytes)
        {
            await connection.SendAsync($"{bytes.Length:x}\r\n");
            await connection.SendAsync(bytes);
            await connection.SendAsync("\r\n");
        }
    }

    [Fact]
    public async Task Post_MoreImagesThanMayBe_AreAnsweredUpToThere()
    {
        using var response = await PostAsync(Form([.. Enumerable.Repeat(Service.Draw(8, 8), MaxImages + 2)]));

        var answers = await BatchAnswer.ReadAllAsync(response);

        Assert.Equal(MaxImages + 1, answers.Count);
        Assert.All(answers.Take(MaxImages), answer => Assert.Equal(200, answer.Status));
        Assert.Equal("/problems/too-many-images", answers[^1].Problem);
    }

    [Fact]
    public async Task Post_WhileThereIsNoRoom_IsNotReadOn()
    {
        // A small picture and what no decoder looks at: 90 megabytes in all.
        byte[] file = [.. Service.Draw(16, 16), .. new byte[900_000]];
        var form = Form([.. Enumerable.Repeat(file, 100)]);
        var sent = new CountedContent(form);
        // The factory's client copies a body before it sends it.
        using var http = new HttpClient { BaseAddress = service.Client.BaseAddress };
        Task<HttpResponseMessage> answering;
        using (((AdmissionControl)service.Services.GetService(typeof(AdmissionControl))!).AdmitPhoto(1000))
        {
            answering = http.PostAsync("/segment/batch", sent, Cancellation);
            for (var before = -1L; sent.Bytes == 0 || before != sent.Bytes; await Task.Delay(TimeSpan.FromSeconds(1), Cancellation))
            {
                before = sent.Bytes;
            }

            // What the sockets hold, and a few images.
            Assert.InRange(sent.Bytes, 1, 30_000_000);
        }

        using var response = await answering;
        Assert.Equal(100, (await BatchAnswer.ReadAllAsync(response)).Count(answer => answer.Status == 200));
    }

    [Fact]
    public async Task Post_WhenOthersFillTheQueue_Waits()
    {
        var photo = Service.Draw(480, 360);
        var others = Enumerable.Range(0, 30).Select(_ => service.PostBodyAsync(photo)).ToList();

        using var response = await PostAsync(Form([.. Enumerable.Repeat(photo, 10)]));
        var answers = await BatchAnswer.ReadAllAsync(response);

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        // Not for want of a full queue.
        Assert.Contains(await Task.WhenAll(others), answer => (int)answer.StatusCode == 429);
    }

    [Theory]
    [InlineData("", 400, "missing-image")]
    [InlineData("--b--\r\n", 400, "missing-image")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=picture\r\n\r\nx\r\n--b--\r\n", 400, "missing-image")]
    [InlineData("no form at all", 400, "malformed-body")]
    public async Task Post_FormWithoutAnImage_IsAProblem(string body, int status, string problem)
    {
        using var response = await PostAsync(Text(body));
        await Service.ReadProblemAsync(response, status, problem);
    }

    [Theory]
    [InlineData("--b\r\nContent-Disposition: form-data; name=image\r\n\r\nx", new[] { "malformed-body" })]
    [InlineData("--b\r\nContent-Disposition: form-data; name=image\r\n\r\nx\r\n--b\r\nContent-Disp", new[] { "unsupported-format", "malformed-body" })]
    [InlineData(
        "--b\r\nContent-Disposition: form-data; name=image\r\n\r\nx\r\n--b\r\nNo header\r\n\r\ny\r\n--b--\r\n",
        new[] { "unsupported-format", "malformed-body" })]
    public async Task Post_FormThatBreaksOffLater_IsAProblemAtThatPlace(string body, string[] problems)
    {
        using var response = await PostAsync(Text(body));
        Assert.Equal(problems.Select(problem => $"/problems/{problem}"), (await BatchAnswer.ReadAllAsync(response)).Select(answer => answer.Problem));
    }

    [Fact]
    public async Task Post_UnknownModel_IsRefusedAsAWhole()
    {
        using var response = await PostAsync(Form(Service.Draw(8, 8)), "?model=none");
        await Service.ReadProblemAsync(response, 404, "unknown-model");
    }

    [Theory]
    [InlineData("?classes=unicorn", "*/*", 400, "invalid-parameter")]
    [InlineData("?output=poem", "application/zip", 400, "invalid-parameter")]
    [InlineData("", "application/zip, text/html", 406, "not-acceptable")]
    public async Task Post_ParametersThatFitNoImage_AreRefusedAsAWhole(string query, string accept, int status, string problem)
    {
        using var response = await PostAsync(Form(Service.Draw(8, 8)), query, accept);
        await Service.ReadProblemAsync(response, status, problem);
    }

    [Theory]
    [InlineData("?output=json&regions=rle", "multipart/mixed")]
    [InlineData("?output=overlay", "*/*")]
    [InlineData("?output=overlay", "image/png")]
    [InlineData("?classes=road", "image/jpeg")]
    public async Task Post_OtherOutputs_AreThoseOfEachOnItsOwn(string query, string accept)
    {
        var photo = Service.Draw(60, 40);
        using var response = await PostAsync(Form(photo, photo), query, accept);
        using var single = new HttpRequestMessage(HttpMethod.Post, $"/segment{query}") { Content = new ByteArrayContent(photo) };
        single.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        single.Headers.Accept.ParseAdd(accept == "multipart/mixed" ? "*/*" : accept);
        using var alone = await service.Client.SendAsync(single, Cancellation);
        var expected = await alone.Content.ReadAsByteArrayAsync(Cancellation);

        foreach (var answer in await BatchAnswer.ReadAllAsync(response))
        {
            Assert.Equal(expected, answer.Body);
            Assert.Equal(alone.Content.Headers.ContentType?.MediaType, answer.Headers["Content-Type"]);
            Assert.Equal(alone.Headers.ETag?.Tag, answer.Headers["ETag"]);
        }
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("multipart/mixed; boundary=b")]
    public async Task Post_AnotherMediaType_IsNotTaken(string type)
    {
        using var response = await PostAsync(Text("--b--", type));
        await Service.ReadProblemAsync(response, 415, "unsupported-media-type");
    }

    [Fact]
    public async Task Post_KeyWithFewRequests_CountsEachImage()
    {
        await using var keyed = new KeyedService();
        await keyed.InitializeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/segment/batch") { Content = Form(Service.Draw(8, 8), Service.Draw(9, 9)) };
        request.Headers.Add("X-Api-Key", KeyedService.LimitedKey);

        using var response = await keyed.Client.SendAsync(request, Cancellation);
        var answers = await BatchAnswer.ReadAllAsync(response);

        Assert.Equal([null, "/problems/rate-limited"], answers.Select(answer => answer.Problem));
        Assert.InRange(int.Parse(answers[1].Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
    }

    private static MultipartFormDataContent Form(params byte[][] photos)
    {
        var form = new MultipartFormDataContent();
        foreach (var photo in photos)
        {
            form.Add(new ByteArrayContent(photo), "image", "photo.png");
        }

        return form;
    }

    private static ByteArrayContent Text(string body, string type = "multipart/form-data; boundary=b") =>
        new(Encoding.ASCII.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    private static async Task<byte[]> ReadAsync(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        await using var stream = await entry.OpenAsync(Cancellation);
        await stream.CopyToAsync(content, Cancellation);
        return content.ToArray();
    }

    private async Task<HttpResponseMessage> PostAsync(HttpContent form, string query = "", string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/segment/batch{query}") { Content = form };
        request.Headers.Accept.ParseAdd(accept ?? "*/*");
        return await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    /// <summary>Counts what has been sent of a form.</summary>
    private sealed class CountedContent : HttpContent
    {
        private readonly HttpContent content;

        public CountedContent(HttpContent content)
        {
            this.content = content;
            Headers.ContentType = content.Headers.ContentType;
        }

        public long Bytes { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await using var source = await content.ReadAsStreamAsync(Cancellation);
            var buffer = new byte[64 * 1024];
            while (await source.ReadAsync(buffer, Cancellation) is > 0 and var read)
            {
                await stream.WriteAsync(buffer.AsMemory(0, read), Cancellation);
                Bytes += read;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>A service whose limits are soon reached.</summary>
    public sealed class SmallBatches : Service
    {
        protected override Dictionary<string, string> Settings => new()
        {
            ["Batch:MaxImages"] = $"{MaxImages}",
            ["Segmentation:MaxImageBytes"] = "1000000",
            ["Admission:MaxQueuedMegapixels"] = "0.5",
        };
    }
}
