namespace FcnService.Inference.Geometry;

/// <summary>Which sizes a network takes, and so what it sees of a photo.</summary>
public abstract record SizePolicy
{
    /// <summary>Fits a photo.</summary>
    /// <param name="photo">The photo's upright size.</param>
    public abstract NetworkFrame Frame(ImageSize photo);

    /// <summary>The policy with fewer different inputs, so that photos of similar sizes give inputs of one size, which can run together.</summary>
    /// <param name="multiple">What both sides of the input are multiples of, in pixels, beside what the network asks for; at least 1.</param>
    /// <returns>The same policy for a network that takes one size.</returns>
    public virtual SizePolicy InBuckets(int multiple) => this;
}

/// <summary>A network that takes any size of a certain multiple: the photo keeps its size, up to a limit, and is padded.</summary>
/// <param name="MultipleOf">Both sides of the input are multiples of this many pixels; at least 1.</param>
/// <param name="MaxSide">The longest side that a photo keeps; a larger one is shrunk in proportion.</param>
public sealed record AnySize(int MultipleOf, int MaxSide) : SizePolicy
{
    /// <inheritdoc/>
    public override NetworkFrame Frame(ImageSize photo)
    {
        var content = photo.LongSide <= MaxSide ? photo : photo.Scale(MaxSide, photo.LongSide);
        return new NetworkFrame(photo, content, Padding.ToMultiple(content, MultipleOf));
    }

    /// <inheritdoc/>
    public override SizePolicy InBuckets(int multiple)
    {
        var common = multiple;
        while (common % MultipleOf != 0)
        {
            common += multiple;
        }

        return this with { MultipleOf = common };
    }
}

/// <summary>A network that takes one size: the photo is stretched to it.</summary>
/// <param name="Size">The input's size.</param>
public sealed record Stretched(ImageSize Size) : SizePolicy
{
    /// <inheritdoc/>
    public override NetworkFrame Frame(ImageSize photo) => new(photo, Size, default);
}

/// <summary>A network that takes one size: the photo is resized in proportion, as large as fits, and put in the middle.</summary>
/// <param name="Size">The input's size.</param>
public sealed record Letterboxed(ImageSize Size) : SizePolicy
{
    /// <inheritdoc/>
    public override NetworkFrame Frame(ImageSize photo)
    {
        var widthDecides = (long)photo.Width * Size.Height >= (long)photo.Height * Size.Width;
        var scaled = widthDecides ? photo.Scale(Size.Width, photo.Width) : photo.Scale(Size.Height, photo.Height);
        return new NetworkFrame(photo, scaled, Padding.Center(scaled, Size));
    }
}

/// <summary>A photo's place in a network's input.</summary>
/// <param name="Photo">The photo's upright size; the mask has it too.</param>
/// <param name="Content">The size that the photo is resized to.</param>
/// <param name="Padding">What surrounds the content.</param>
public sealed record NetworkFrame(ImageSize Photo, ImageSize Content, Padding Padding)
{
    /// <summary>The input's size: content and padding.</summary>
    public ImageSize Input => Padding.Pad(Content);
}
