using System.CommandLine;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;

namespace Framevet.Cli.Commands;

/// <summary><c>framevet recipes</c>: the built-in recipes; as JSON to make one's own from.</summary>
internal static class RecipesCommand
{
    private static readonly Argument<string?> Name = new("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "Only this one." };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON. With NAME it is a file for --recipe." };

    public static Command Create()
    {
        var command = new Command("recipes", Examples.Below("List the built-in recipes and what they are made of.", """
            framevet recipes
            framevet recipes "Best frames" --json > mine.json
            """)) { Name, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (name, isJson) = (parsed.GetValue(Name), parsed.GetValue(Json));
        var chosen = name is null ? BuiltInRecipes.All : [.. BuiltInRecipes.All.Where(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (chosen.IsEmpty)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"There is no recipe '{name}' ({Suggestion.For(name!, BuiltInRecipes.All.Select(r => r.Name))}).");
        }

        if (isJson)
        {
            Console.WriteLine(name is null ? JsonSerializer.Serialize(chosen, Printing.Json) : JsonSerializer.Serialize(chosen[0], Printing.Json));
            return (int)ExitCode.Clean;
        }

        foreach (var recipe in chosen)
        {
            Print(recipe);
        }

        return (int)ExitCode.Clean;
    }

    private static void Print(Recipe recipe)
    {
        Console.WriteLine($"{recipe.Name}{(recipe == BuiltInRecipes.All[0] ? " (default)" : "")}");
        Console.WriteLine($"  {recipe.Summary}");
        Line("sampler", [recipe.Sampler]);
        Line("scenes", recipe.Scenes is { } scenes ? [scenes] : []);
        Line("metrics", recipe.Metrics);
        Line("gates", recipe.Gates);
        Line("backends", recipe.Moderation.Backends);
        Line("selector", [recipe.Selector]);
        Console.WriteLine();
    }

    private static void Line(string word, IReadOnlyCollection<PartSpec> parts)
    {
        if (parts.Count > 0)
        {
            Console.WriteLine($"  {word,-9} {string.Join(", ", parts.Select(p => p.Options.IsEmpty ? p.Id : $"{p.Id} ({string.Join(", ", p.Options.Select(o => $"{o.Key} {o.Value.GetRawText()}"))})"))}");
        }
    }
}
