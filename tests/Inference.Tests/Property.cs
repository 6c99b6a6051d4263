using FsCheck;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests;

/// <summary>Tries a claim on a hundred random values; a failure names the value, made as small as it gets.</summary>
internal static class Property
{
    public static void Holds<T>(Gen<T> values, Action<T> claim) =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(values.ToArbitrary(), claim));
}
