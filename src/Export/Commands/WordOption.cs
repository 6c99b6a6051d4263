using System.CommandLine;

namespace FcnService.Export.Commands;

/// <summary>An option that takes one of some words, whatever their case.</summary>
/// <typeparam name="T">What the words stand for.</typeparam>
internal sealed class WordOption<T> : Option<string>
{
    private readonly IReadOnlyList<(string Word, T Meaning)> words;

    /// <summary>Creates an option.</summary>
    /// <param name="name">Its name, with the dashes.</param>
    /// <param name="description">Its description.</param>
    /// <param name="words">The words and what they stand for; the first is the default.</param>
    public WordOption(string name, string description, params IReadOnlyList<(string Word, T Meaning)> words)
        : base(name)
    {
        this.words = words;
        Description = description;
        DefaultValueFactory = _ => words[0].Word;
        CompletionSources.Add([.. words.Select(word => word.Word)]);
        Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && !words.Any(word => IsThis(word.Word, text)))
            {
                result.AddError($"{name} is \"{text}\"; expected {string.Join(" or ", words.Select(word => word.Word))}.");
            }
        });
    }

    /// <summary>What the word on a command line stands for.</summary>
    public T Read(ParseResult arguments)
    {
        var text = arguments.GetValue(this)!;
        return words.First(word => IsThis(word.Word, text)).Meaning;
    }

    private static bool IsThis(string word, string text) => word.Equals(text, StringComparison.OrdinalIgnoreCase);
}
