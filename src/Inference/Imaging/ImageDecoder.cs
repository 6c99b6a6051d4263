using System.Buffers;
using System.Globalization;
using FcnService.Inference.Geometry;

namespace FcnService.Inference.Imaging;

/// <summary>Opens images from strangers: the format is told by content, and the header is held against limits before a pixel is decoded.</summary>
/// <param name="limits">What a header may announce.</param>
public sealed class ImageDecoder(ImageLimits limits)
{
    /// <summary>Reads an image's header.</summary>
    /// <param name="file">The encoded image; must not change while the result lives.</param>
    /// <exception cref="ImageRejectedException">The format is not served, the header is broken, or it announces more than the limits.</exception>
    public EncodedImage Open(ReadOnlyMemory<byte> file)
    {
        var format = ImageFormats.Recognize(file.Span) ?? throw new ImageRejectedException(
            ImageRejection.UnsupportedFormat,
            $"The content is not of an image format that is served here. Served: {ImageFormats.Served}.");
        var image = new EncodedImage(file, format);
        try
        {
            Check(image);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private void Check(EncodedImage image)
    {
        if (image.Size.LongSide > limits.MaxSide)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyPixels,
                $"The image is {image.Size} pixels; at most {limits.MaxSide} are allowed on a side.");
        }

        if (image.Size.Pixels > limits.MaxPixels)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyPixels,
                $"The image is {image.Size} = {image.Size.Pixels} pixels; at most {limits.MaxPixels} are allowed.");
        }

        if (image.HeldBytes > limits.MaxDecodedBytes)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyPixels,
                $"The image is {image.Size} pixels of a {image.Format} that cannot be read row by row: decoding it takes about "
                + $"{image.HeldBytes} bytes; at most {limits.MaxDecodedBytes} are allowed. Send it smaller, or as a baseline JPEG.");
        }

        if (image.Frames > limits.MaxFrames)
        {
            throw new ImageRejectedException(
                ImageRejection.TooManyFrames,
                $"The image has {image.Frames} frames; at most {limits.MaxFrames} are allowed.");
        }
    }
}

/// <summary>An image whose header has been read. Dispose it once; the file's bytes may change only then.</summary>
public sealed class EncodedImage : IDisposable
{
    // Beyond errors, warnings: those are left to the decoder, which fills in what is missing as viewers do.
    private static readonly (string, string) FailOnError = ("fail_on", "error");

    // 72 to the inch, as files have that know nothing better.
    private const string PixelsPerMillimetre = "2.834646";

    // The largest photo that is kept in full, in pixels: 48 MB. They are pooled: the system clears memory that is new,
    // and for so much of it that takes as long as a good part of the decoding.
    private const int MostPixelsKept = 16_000_000;

    private readonly ReadOnlyMemory<byte> file;
    private readonly VipsImage header;
    private MemoryHandle pin;
    private Task<RgbImage>? inFull;

    internal EncodedImage(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        this.file = file;
        Format = format;
        pin = file.Pin();
        try
        {
            header = Load();
        }
        catch (VipsException error)
        {
            pin.Dispose();
            throw Undecodable(error);
        }
    }

    /// <summary>The format, told by content.</summary>
    public ImageFormat Format { get; }

    /// <summary>The size in pixels, upright.</summary>
    public ImageSize Size => IsOnItsSide ? header.Size.Transposed : header.Size;

    /// <summary>The number of frames or pages, at least 1; the first is decoded.</summary>
    public int Frames => header.Frames;

    /// <summary>About the bytes that the decoder holds at once when they grow with the picture; 0 when it reads row by row.</summary>
    /// <remarks>Measured by tests/DecoderMemory, and rounded up; docs/images.md has the figures.</remarks>
    internal long HeldBytes => Size.Pixels * Format switch
    {
        // Coefficients of 16 bits, without regard to chroma that is stored smaller.
        ImageFormat.Jpeg when header.IsInterlaced => 2 * header.Bands,
        ImageFormat.Png when header.IsInterlaced => header.BytesPerPixel,
        ImageFormat.WebP => 5,
        ImageFormat.Gif => 6,
        ImageFormat.Avif => 16,
        _ => 0,
    };

    // EXIF orientations 5 to 8 hold a quarter turn.
    private bool IsOnItsSide => header.Orientation >= 5;

    /// <summary>Decodes the first frame: upright, in sRGB, with transparency over white, resized to the size asked for.</summary>
    /// <param name="target">The size of the result.</param>
    /// <exception cref="ImageRejectedException">The image is broken or truncated.</exception>
    public RgbImage Decode(ImageSize target)
    {
        var stored = DecodeAsStored(IsOnItsSide ? target.Transposed : target);
        if (header.Orientation == 1)
        {
            return stored;
        }

        using (stored)
        {
            return stored.Turn(header.Orientation);
        }
    }

    /// <summary>Begins to decode the first frame for <see cref="ReadInFull"/>, on another thread, and keeps it: three bytes a pixel.</summary>
    /// <remarks>Does nothing for a photo of more than 16 megapixels, and for one that the decoder cannot read row by row.</remarks>
    internal void BeginReadInFull()
    {
        if (Size.Pixels <= MostPixelsKept && HeldBytes == 0)
        {
            inFull ??= Task.Run(() => Decode(Size));
        }
    }

    /// <summary>Gives the first frame in full: upright, in sRGB, with transparency over white.</summary>
    /// <remarks>
    /// Its pixels are computed as they are read, from the top, and not kept; of a photo that is stored on its side or mirrored, all are
    /// computed first. What <see cref="BeginReadInFull"/> began is waited for and used up.
    /// </remarks>
    /// <param name="read">Reads the image, which is three bands of eight bits.</param>
    /// <exception cref="ImageRejectedException">The image is broken or truncated.</exception>
    internal unsafe void ReadInFull(Action<VipsImage> read)
    {
        using var begun = Interlocked.Exchange(ref inFull, null)?.GetAwaiter().GetResult();
        try
        {
            fixed (byte* pixels = begun is null ? null : begun.Pixels)
            {
                // Nothing goes on but pixels, whether they were kept or not: the file's resolution neither.
                using var image = Then(
                    begun is null ? Upright(ToRgb(Load())) : VipsImage.OfPixels(pixels, Size),
                    static image => image.Apply("copy", ("interpretation", "srgb"), ("xres", PixelsPerMillimetre), ("yres", PixelsPerMillimetre)));
                read(image);
            }
        }
        catch (VipsException error)
        {
            throw Undecodable(error);
        }
    }

    /// <summary>Lets go of the file's bytes.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref inFull, null) is { } begun)
        {
            // It reads the file until it ends.
            Task.WaitAny(begun);
            (begun.IsCompletedSuccessfully ? begun.Result : null)?.Dispose();
        }

        header.Dispose();
        pin.Dispose();
        _ = NativeMemory.GiveBackNowAndThen();
    }

    private RgbImage DecodeAsStored(ImageSize target)
    {
        var stored = new RgbImage(target);
        try
        {
            using var pixels = ToRgb(Load(ShrinkOnLoad(target)));
            if (pixels.Size == target)
            {
                var y = 0;
                pixels.Read(row => row.CopyTo(stored.Row(y++)));
            }
            else
            {
                pixels.Read(new Resampler(pixels.Size, stored).Add);
            }

            return stored;
        }
        catch (VipsException error)
        {
            stored.Dispose();
            throw Undecodable(error);
        }
        catch
        {
            stored.Dispose();
            throw;
        }
    }

    private unsafe VipsImage Load(params ReadOnlySpan<(string, string)> shrink)
    {
        var loader = Format switch
        {
            ImageFormat.Jpeg => "jpegload_buffer",
            ImageFormat.Png => "pngload_buffer",
            ImageFormat.WebP => "webpload_buffer",
            ImageFormat.Gif => "gifload_buffer",
            ImageFormat.Tiff => "tiffload_buffer",
            ImageFormat.Avif => "heifload_buffer",
            _ => throw new InvalidOperationException($"There is no loader for {Format}."),
        };
        return VipsImage.Load(loader, (byte*)pin.Pointer, file.Length, [FailOnError, ("access", "sequential"), .. shrink]);
    }

    // JPEG and WebP decode at a fraction of the size for a fraction of the work; never below what is asked for.
    private (string, string)[] ShrinkOnLoad(ImageSize stored)
    {
        var factor = Math.Min(header.Size.Width / stored.Width, header.Size.Height / stored.Height);
        var shrink = factor switch { >= 8 => 8, >= 4 => 4, >= 2 => 2, _ => 1 };
        return (Format, shrink) switch
        {
            (_, 1) => [],
            (ImageFormat.Jpeg, _) => [("shrink", shrink.ToString(CultureInfo.InvariantCulture))],
            (ImageFormat.WebP, _) => [("scale", (1.0 / shrink).ToString(CultureInfo.InvariantCulture))],
            _ => [],
        };
    }

    /// <summary>Three bands of eight bits in sRGB.</summary>
    private static VipsImage ToRgb(VipsImage image)
    {
        image = Then(image, ToSrgb);
        if (image.HasAlpha)
        {
            image = Then(image, static i => i.Apply("flatten", ("background", "255 255 255")));
        }

        if (image.Bands > RgbImage.BytesPerPixel)
        {
            image = Then(image, static i => i.Apply("extract_band", ("band", "0"), ("n", "3")));
        }

        return Then(image, static i => i.Apply("cast", ("format", "uchar")));
    }

    // What is read from the top cannot be turned.
    private static VipsImage Upright(VipsImage image) =>
        image.Orientation == 1 ? image : Then(Then(image, static i => i.InMemory()), static i => i.Apply("autorot"));

    private static VipsImage ToSrgb(VipsImage image)
    {
        if (image.HasIccProfile)
        {
            try
            {
                using var managed = image.Apply("icc_transform", ("output_profile", "srgb"), ("embedded", "true"), ("depth", "8"));
                return managed.Apply("colourspace", ("space", "srgb"));
            }
            catch (VipsException)
            {
                // A profile that is broken or made for other pixels is ignored, as browsers do: the photo itself is sound.
            }
        }

        return image.Apply("colourspace", ("space", "srgb"));
    }

    // The next image holds on to the one it is made from; this handle to it is no longer needed, whatever happens.
    private static VipsImage Then(VipsImage image, Func<VipsImage, VipsImage> next)
    {
        using (image)
        {
            return next(image);
        }
    }

    private ImageRejectedException Undecodable(VipsException error)
    {
        // Some loaders fail without a word.
        var said = string.Join("; ", error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().Take(3));
        var quoted = said.Length == 0 ? string.Empty : $"; the decoder said: {said}";
        return new ImageRejectedException(ImageRejection.Undecodable, $"The {Format} image is broken or truncated{quoted}.");
    }
}
