namespace FcnService.Export.Networks;

/// <summary>The lengths of a tensor's axes, outermost first; two shapes are equal when all their lengths are.</summary>
public sealed class Shape : IEquatable<Shape>
{
    private readonly int[] dimensions;

    /// <summary>Creates a shape.</summary>
    /// <param name="dimensions">The lengths, each at least 0; none for a scalar.</param>
    public Shape(params ReadOnlySpan<int> dimensions)
    {
        foreach (var dimension in dimensions)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(dimensions));
        }

        this.dimensions = dimensions.ToArray();
    }

    /// <summary>The lengths.</summary>
    public IReadOnlyList<int> Dimensions => dimensions;

    /// <summary>The number of values in a tensor of this shape.</summary>
    /// <exception cref="OverflowException">It exceeds 2^63 - 1.</exception>
    public long Count
    {
        get
        {
            var count = 1L;
            foreach (var dimension in dimensions)
            {
                count = checked(count * dimension);
            }

            return count;
        }
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && dimensions.AsSpan().SequenceEqual(other.dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var dimension in dimensions)
        {
            hash.Add(dimension);
        }

        return hash.ToHashCode();
    }

    /// <summary>The shape in brackets, such as [16, 3, 3, 3].</summary>
    public override string ToString() => $"[{string.Join(", ", dimensions)}]";
}
