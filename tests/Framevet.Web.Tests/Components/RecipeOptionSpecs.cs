using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AngleSharp.Dom;
using Bunit;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>Every option of every part, set in the form of a whole recipe as a person would.</summary>
public sealed class RecipeOptionSpecs : BunitContext
{
    private static readonly PartCatalog Catalog = new(new ServiceCollection().AddAnalysis().BuildServiceProvider());

    private Recipe _recipe = BuiltInRecipes.BestFrames;

    public RecipeOptionSpecs()
    {
        Services.AddSingleton(Catalog);
        JSInterop.SetupModule("./js/faces.js").Mode = JSRuntimeMode.Loose;
    }

    public static TheoryData<PartKind, string> PartsOfRecipes => new(Catalog.Parts.Where(p => !p.IsLocal && !p.Options.IsEmpty).Select(p => (p.Kind, p.Id)));

    [Theory]
    [MemberData(nameof(PartsOfRecipes))]
    public void Every_option_has_a_field_that_sets_it(PartKind kind, string id)
    {
        var part = Catalog.Parts.Single(p => p.Kind == kind && p.Id == id);
        var form = Render<RecipeForm>(p => p.Add(c => c.Recipe, _recipe).Add(c => c.RecipeChanged, r => _recipe = r));
        if (Spec(kind, id) is null)
        {
            Slot(form, kind).QuerySelector($"[data-testid=choose-{id}], [data-testid=add-{id}]").ShouldNotBeNull().Click();
            Show(form);
        }

        foreach (var option in part.Options)
        {
            // What the recipe sets already would hide what the field sets.
            _recipe = Without(kind, id, option.Name);
            Show(form);
            if (Set(form, part, option) is not { } wanted)
            {
                continue;
            }

            var given = Spec(kind, id).ShouldNotBeNull().Options.GetValueOrDefault(option.Name);
            JsonElement.DeepEquals(given, wanted).ShouldBeTrue($"{kind} {id} {option.Name}: {given} instead of {wanted}");
        }
    }

    /// <summary>Changes the field of an option to another value than its default and answers with that; null for what no test can type.</summary>
    private JsonElement? Set(IRenderedComponent<RecipeForm> form, PartInfo part, PartOption option)
    {
        var id = $"{part.Id}-{option.Name}";
        switch (option.Kind)
        {
            case PartOptionKind.Boolean:
                return Typed(form, part, id, !option.Default.GetBoolean());
            case PartOptionKind.Choice:
                var choice = option.Choices.LastOrDefault(c => c != option.Default.GetString()) ?? option.Choices[0];
                Field(form, part, id).QuerySelectorAll("option").Select(o => o.GetAttribute("value")).ShouldBe(option.Choices);
                return Typed(form, part, id, choice);
            case PartOptionKind.WholeNumber or PartOptionKind.Number:
                return Typed(form, part, id, Another(option, option.Default.GetDouble()));
            case PartOptionKind.NumberMap:
                return Entered(form, part, option, id);
            case PartOptionKind.Face:
                // A face comes out of a picture that a browser opens; that way is a test of its own.
                Field(form, part, id).QuerySelector("input[type=file]").ShouldNotBeNull();
                return null;
            default:
                return Typed(form, part, id, "something else");
        }
    }

    private JsonElement Typed<T>(IRenderedComponent<RecipeForm> form, PartInfo part, string id, T value)
    {
        // Browsers send a box as yes or no and everything else as text.
        if (value is bool yes)
        {
            Field(form, part, id).Change(yes);
        }
        else
        {
            Field(form, part, id).Change(Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        Show(form);
        return JsonSerializer.SerializeToElement(value);
    }

    private JsonElement Entered(IRenderedComponent<RecipeForm> form, PartInfo part, PartOption option, string id)
    {
        var entries = option.Default.EnumerateObject().ToImmutableSortedDictionary(e => e.Name, e => e.Value.GetDouble());
        var name = option.Choices.IsEmpty ? "sharpness" : option.Choices[^1];
        if (Slot(form, part.Kind).QuerySelector($"[data-testid={id}-{name}]") is null)
        {
            Field(form, part, $"{id}-add").Change(name);
        }

        var value = Another(option, entries.GetValueOrDefault(name));
        Field(form, part, $"{id}-{name}").Change(value.ToString("R", CultureInfo.InvariantCulture));
        Show(form);
        return JsonSerializer.SerializeToElement(entries.SetItem(name, value));
    }

    private static double Another(PartOption option, double value) => value + 1 <= (option.Max ?? double.MaxValue) ? value + 1
        : value - 1 >= (option.Min ?? double.MinValue) ? value - 1
        : (option.Min!.Value + option.Max!.Value + value) / 3;

    private static IElement Field(IRenderedComponent<RecipeForm> form, PartInfo part, string id) => Slot(form, part.Kind).QuerySelector($"[data-testid={id}]").ShouldNotBeNull($"{part.Kind} {id}");

    private static IElement Slot(IRenderedComponent<RecipeForm> form, PartKind kind) => form.Find($"[data-testid=slot-{kind}]");

    private void Show(IRenderedComponent<RecipeForm> form) => form.Render(p => p.Add(c => c.Recipe, _recipe));

    private Recipe Without(PartKind kind, string id, string option)
    {
        ImmutableArray<PartSpec> Bare(ImmutableArray<PartSpec> specs) => [.. specs.Select(s => s.Id == id ? s with { Options = s.Options.Remove(option) } : s)];
        return kind switch
        {
            PartKind.Sampler => _recipe with { Sampler = Bare([_recipe.Sampler])[0] },
            PartKind.Metric => _recipe with { Metrics = Bare(_recipe.Metrics) },
            PartKind.Gate => _recipe with { Gates = Bare(_recipe.Gates) },
            PartKind.Moderation => _recipe with { Moderation = _recipe.Moderation with { Backends = Bare(_recipe.Moderation.Backends) } },
            PartKind.Selector => _recipe with { Selector = Bare([_recipe.Selector])[0] },
            PartKind.Exporter => _recipe with { Exporters = Bare(_recipe.Exporters) },
            _ => _recipe with { Scenes = Bare([_recipe.Scenes!])[0] },
        };
    }

    private PartSpec? Spec(PartKind kind, string id) => (kind switch
    {
        PartKind.Sampler => [_recipe.Sampler],
        PartKind.Metric => _recipe.Metrics,
        PartKind.Gate => _recipe.Gates,
        PartKind.Moderation => _recipe.Moderation.Backends,
        PartKind.Selector => [_recipe.Selector],
        PartKind.Exporter => _recipe.Exporters,
        _ => _recipe.Scenes is { } scenes ? ImmutableArray.Create(scenes) : [],
    }).FirstOrDefault(s => s.Id == id);
}
