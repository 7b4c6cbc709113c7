using Framevet.Pipeline.Recipes;

namespace Framevet.Data.Stores;

/// <summary>Settings that count until somebody saves others.</summary>
internal static class InterimSettings
{
    public static VettingSettings BuiltIn { get; } = new()
    {
        DefaultRecipe = "Balanced",
        Recipes =
        [
            new Recipe
            {
                Name = "Balanced",
                Sampler = new PartSpec("interval"),
                Metrics = [],
                Gates = [],
                Moderation = new ModerationRecipe { Backends = [], Bands = System.Collections.Immutable.ImmutableSortedDictionary<string, LabelBand>.Empty },
                Selector = new PartSpec("top"),
                Exporters = [new PartSpec("zip")],
            },
        ],
    };
}
