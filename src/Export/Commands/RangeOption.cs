using System.CommandLine;

namespace FcnService.Export.Commands;

/// <summary>An option that takes a number within bounds.</summary>
/// <typeparam name="T">The kind of number.</typeparam>
internal sealed class RangeOption<T> : Option<T>
    where T : struct, IComparable<T>
{
    /// <summary>Creates an option.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">Its description.</param>
    /// <param name="value">The number where none is given.</param>
    /// <param name="least">The least number that is taken.</param>
    /// <param name="most">The largest number that is taken.</param>
    public RangeOption(string name, string description, T value, T least, T most)
        : base(name)
    {
        Description = description;
        DefaultValueFactory = _ => value;
        Validators.Add(result =>
        {
            var given = result.GetValueOrDefault<T>();
            if (given.CompareTo(least) < 0 || given.CompareTo(most) > 0)
            {
                result.AddError(FormattableString.Invariant($"{name} is {given}; expected {least} to {most}."));
            }
        });
    }
}
