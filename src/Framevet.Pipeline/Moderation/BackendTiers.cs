using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;

namespace Framevet.Pipeline.Moderation;

/// <summary>How much weight the word of each backend of the catalogue has, by id. Thread-safe.</summary>
public sealed class BackendTiers(PartCatalog catalog)
{
    private readonly Lazy<ImmutableDictionary<string, ModerationTier>> _tiers = new(() => catalog.Parts.Where(p => p.Kind == PartKind.Moderation)
        .ToImmutableDictionary(p => p.Id, p => catalog.Build<IModerationBackend>(new PartSpec(p.Id)).Tier, StringComparer.Ordinal));

    /// <summary>The tier; null for what is no backend of the catalogue.</summary>
    public ModerationTier? Find(string backend) => _tiers.Value.TryGetValue(backend, out var tier) ? tier : null;

    /// <summary>The tier; a screen's for a backend that is no longer there.</summary>
    public ModerationTier Of(string backend) => _tiers.Value.GetValueOrDefault(backend, ModerationTier.Screen);
}
