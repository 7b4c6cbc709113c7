using System.Collections.Immutable;

namespace Framevet.Pipeline.Models;

/// <summary>
/// A part (metric, gate, moderation backend …) that needs models of the catalogue. A run whose models are not ready is refused before it starts,
/// so the ids must follow from the part's options alone, without reading a file.
/// </summary>
public interface INeedsModels
{
    /// <summary>Ids of the entries that this part, with its options, opens in a run.</summary>
    ImmutableArray<string> ModelIds { get; }
}
