using System.Globalization;

namespace FcnService.Compare;

/// <summary>A figure that was measured several times.</summary>
/// <param name="Values">At least one.</param>
internal sealed record Spread(IReadOnlyList<double> Values)
{
    public double Median
    {
        get
        {
            var sorted = Values.Order().ToList();
            return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
        }
    }

    /// <summary>The median, and the smallest and the largest value in brackets.</summary>
    public string ToString(string format)
    {
        var (median, least, most) = (Text(Median), Text(Values.Min()), Text(Values.Max()));
        return $"{median} ({least}–{most})";

        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
    }
}
