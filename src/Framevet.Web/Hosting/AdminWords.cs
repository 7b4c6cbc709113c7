using System.Collections.Immutable;
using Framevet.Pipeline;

namespace Framevet.Web.Hosting;

/// <summary>The words of an admin command: what to do, with what, and settings of the server (<c>--Section:Name=value</c>).</summary>
internal sealed class AdminWords
{
    private readonly ImmutableArray<string> _words;
    private readonly ImmutableArray<(string Name, string Value)> _options;

    private AdminWords(ImmutableArray<string> words, ImmutableArray<(string, string)> options, ImmutableArray<string> settings) => (_words, _options, Settings) = (words, options, settings);

    /// <summary>Settings for the configuration.</summary>
    public ImmutableArray<string> Settings { get; }

    /// <summary>The words before names and paths, e.g. <c>users add</c>.</summary>
    public string Verb => string.Join(' ', _words.Take(_words is ["users" or "audit", ..] ? 2 : 1));

    /// <summary>Whether answers are JSON.</summary>
    public bool IsJson => Has("--json");

    /// <summary>Splits a command line; <c>--data DIR</c> is short for the setting of the data folder.</summary>
    public static AdminWords Of(string[] args)
    {
        var words = ImmutableArray.CreateBuilder<string>();
        var options = ImmutableArray.CreateBuilder<(string, string)>();
        var settings = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal) && args[i].Contains(':', StringComparison.Ordinal))
            {
                settings.Add(args[i]);
            }
            else if (args[i] is "--data" or "--role" or "--email" or "--to")
            {
                var value = i + 1 < args.Length ? args[++i] : throw new VettingException(FailureCode.InvalidRequest, $"{args[i]} wants a value.");
                if (args[i - 1] == "--data")
                {
                    settings.Add($"--{FramevetOptions.Section}:DataFolder={value}");
                }
                else
                {
                    options.Add((args[i - 1], value));
                }
            }
            else if (args[i].StartsWith("--", StringComparison.Ordinal))
            {
                options.Add((args[i], ""));
            }
            else
            {
                words.Add(args[i]);
            }
        }

        return new AdminWords(words.ToImmutable(), options.ToImmutable(), settings.ToImmutable());
    }

    /// <summary>Whether a flag was given.</summary>
    public bool Has(string option) => _options.Any(o => o.Name == option);

    /// <summary>Values of an option that may be given several times.</summary>
    public ImmutableArray<string> All(string option) => [.. _options.Where(o => o.Name == option).Select(o => o.Value)];

    /// <summary>A word after the verb.</summary>
    /// <exception cref="VettingException">InvalidRequest when it is missing.</exception>
    public string Word(int at, string what) => WordOrNull(at) ?? throw new VettingException(FailureCode.InvalidRequest, $"'admin {Verb}' wants {what}.");

    /// <summary>A word after the verb, or null.</summary>
    public string? WordOrNull(int at) => _words.Skip(Verb.Split(' ').Length).ElementAtOrDefault(at);
}
