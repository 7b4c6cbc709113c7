using System.CommandLine;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet parts</c>: everything a recipe can be made of, from the same metadata as forms and API.</summary>
internal static class PartsCommand
{
    private static readonly Argument<string?> Kind = new("KIND") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this kind: sampler, scenes, metric, gate, backend, selector or exporter." };
    private static readonly Argument<string?> Id = new("ID") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this part." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("parts", Examples.Below("List the parts a recipe can be made of, with their options, ranges, defaults and scores.", """
            framevet parts metric
            framevet parts duplicate
            """)) { Kind, Id, Json };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        await using var services = new CliServices();
        var parts = Chosen([.. services.Get<PartCatalog>().Parts], parsed.GetValue(Kind), parsed.GetValue(Id));
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(parts, Printing.Json));
            return (int)ExitCode.Clean;
        }

        if (parts.Length == 0)
        {
            Console.WriteLine("There are no parts of this kind.");
        }

        foreach (var kind in parts.GroupBy(p => p.Kind))
        {
            Console.WriteLine(KindWord.Of(kind.Key));
            foreach (var part in kind)
            {
                Print(part);
            }

            Console.WriteLine();
        }

        return (int)ExitCode.Clean;
    }

    // The one word may be an id as well: 'framevet parts duplicate'.
    private static PartInfo[] Chosen(PartInfo[] all, string? kindWord, string? id)
    {
        if (kindWord is null)
        {
            return all;
        }

        if (KindWord.Find(kindWord) is { } kind)
        {
            var ofKind = all.Where(p => p.Kind == kind).ToArray();
            return id is null ? ofKind : ofKind.Where(p => p.Id == id).ToArray() is { Length: > 0 } one
                ? one
                : throw new VettingException(FailureCode.InvalidRequest, $"There is no {KindWord.Of(kind)} '{id}' ({Suggestion.For(id, ofKind.Select(p => p.Id))}).");
        }

        return id is null && all.Where(p => p.Id == kindWord).ToArray() is { Length: > 0 } byId
            ? byId
            : throw new VettingException(FailureCode.InvalidRequest, $"T{KindWord.Unknown(kindWord)[1..]}");
    }

    private static void Print(PartInfo part)
    {
        Console.WriteLine($"  {part.Id,-16} {part.Summary}");
        foreach (var option in part.Options)
        {
            Console.WriteLine($"      {option.Name} = {Default(option)}{Bounds(option)}: {(option.Description.Length > 0 ? option.Description : option.Title)}");
        }

        foreach (var score in part.Outputs.Where(_ => part.Kind == PartKind.Metric))
        {
            Console.WriteLine(string.Create(Printing.Culture, $"      gives {score.Id}: {score.Min}..{score.Max} {score.Unit}{(score.HigherIsBetter ? ", higher is better" : "")}"));
        }
    }

    private static string Default(PartOption option) => option.Default.ValueKind == JsonValueKind.String ? $"'{option.Default.GetString()}'" : option.Default.GetRawText();

    private static string Bounds(PartOption option) => (option.Min, option.Max) switch
    {
        ({ } min, { } max) => string.Create(Printing.Culture, $", {min}..{max}"),
        ({ } min, null) => string.Create(Printing.Culture, $", from {min}"),
        (null, { } max) => string.Create(Printing.Culture, $", up to {max}"),
        _ => option.Choices.IsDefaultOrEmpty ? "" : $", {(option.Kind == PartOptionKind.NumberMap ? "names" : "one of")} {string.Join(' ', option.Choices)}",
    };
}
