using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FcnService.Api.Hosting;

namespace FcnService.Api.Tests.Documentation;

/// <summary>Every setting of the service, from the classes that hold them and what is documented of their properties.</summary>
internal sealed partial class SettingsTable(IEnumerable<CheckedSection> sections)
{
    private static readonly Dictionary<string, XElement> Documented =
        XDocument.Load(Path.ChangeExtension(typeof(Program).Assembly.Location, ".xml")).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!);

    /// <summary>The settings, in the order of the classes' properties.</summary>
    public IReadOnlyList<Setting> Settings { get; } = [.. sections.SelectMany(section => SettingsOf(section.Name, section.Options))];

    /// <summary>The table in Markdown.</summary>
    public override string ToString()
    {
        var rows = Settings.Select(setting => $"| `{setting.Name}` | {Shown(setting.Default)} | {Cell(setting.Meaning)} |");
        return string.Join('\n', ["| setting | default | meaning |", "|---|---|---|", .. rows]);
    }

    private static string Shown(string value) => value == Setting.None ? value : $"`{value}`";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static IEnumerable<Setting> SettingsOf(string path, Type options)
    {
        var defaults = Activator.CreateInstance(options)!;
        foreach (var property in options.GetProperties().Where(property => property.CanWrite))
        {
            var name = $"{path}:{property.Name}";
            yield return new Setting(name, Text(property.GetValue(defaults)), Summary(property));
            if (EntryOf(property.PropertyType) is { } entry)
            {
                foreach (var setting in SettingsOf($"{name}:0", entry))
                {
                    yield return setting;
                }
            }
        }
    }

    // The class of a list's entries, where they are not plain values.
    private static Type? EntryOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) && type.GenericTypeArguments[0].Assembly == typeof(Program).Assembly
            ? type.GenericTypeArguments[0]
            : null;

    private static string Text(object? value) => value switch
    {
        null or "" => Setting.None,
        string text => text,
        bool flag => flag ? "true" : "false",
        ICollection { Count: 0 } => Setting.None,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"There is no text for a default of {value.GetType()}."),
    };

    private static string Summary(PropertyInfo property)
    {
        var summary = Documented[$"P:{property.DeclaringType!.FullName}.{property.Name}"];
        return Spaces().Replace(string.Concat(summary.Nodes().Select(Markdown)), " ").Trim();
    }

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } link => $"`{link.Attribute("cref")!.Value.Split('.')[^1]}`",
        _ => throw new NotSupportedException($"There is no Markdown for {node}."),
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

/// <summary>A setting.</summary>
/// <param name="Name">Its key, with colons; an entry of a list has the number 0.</param>
/// <param name="Default">Its value where nobody sets it.</param>
/// <param name="Documentation">What its property's documentation says.</param>
internal sealed partial record Setting(string Name, string Default, string Documentation)
{
    /// <summary>What stands for no value.</summary>
    public const string None = "none";

    /// <summary>The documentation without the default, which has a column of its own.</summary>
    public string Meaning => StatedDefault().Replace(Documentation, string.Empty).Trim();

    /// <summary>The default that the documentation states, or null if it states none, or says more of it than a value.</summary>
    public string? Stated => StatedDefault().Match(Documentation) is { Success: true } match
        ? match.Groups["value"].Value.Replace(",", string.Empty, StringComparison.Ordinal).Trim('"')
        : null;

    [GeneratedRegex("""Default (?<value>"[^"]*"|[\d,]+(\.\d+)?|\w+)\.""")]
    private static partial Regex StatedDefault();
}
