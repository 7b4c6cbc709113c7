using System.CommandLine;
using System.Text.Json;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet parts</c>: everything a recipe can be made of, from the same metadata as forms and API.</summary>
internal static class PartsCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("parts", "List the parts a recipe can be made of, with their options and scores.") { json };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(bool isJson)
    {
        await using var services = new CliServices();
        var parts = services.Get<PartCatalog>().Parts;
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(parts, Printing.Json));
            return (int)ExitCode.Clean;
        }

        foreach (var kind in parts.GroupBy(p => p.Kind))
        {
            Console.WriteLine(kind.Key.ToString());
            foreach (var part in kind)
            {
                Print(part);
            }

            Console.WriteLine();
        }

        return (int)ExitCode.Clean;
    }

    private static void Print(PartInfo part)
    {
        Console.WriteLine($"  {part.Id,-16} {part.Summary}");
        foreach (var option in part.Options)
        {
            var bounds = (option.Min, option.Max) switch
            {
                ({ } min, { } max) => string.Create(Printing.Culture, $", {min}..{max}"),
                ({ } min, null) => string.Create(Printing.Culture, $", from {min}"),
                (null, { } max) => string.Create(Printing.Culture, $", up to {max}"),
                _ => option.Choices.IsDefaultOrEmpty ? "" : $", one of {string.Join(' ', option.Choices)}",
            };
            Console.WriteLine($"      {option.Name} = {option.Default}{bounds}: {option.Description}");
        }

        foreach (var score in part.Outputs.Where(_ => part.Kind == PartKind.Metric))
        {
            Console.WriteLine(string.Create(Printing.Culture, $"      gives {score.Id}: {score.Min}..{score.Max} {score.Unit}{(score.HigherIsBetter ? ", higher is better" : "")}"));
        }
    }
}
