using System.Collections.Immutable;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation.Backends;

/// <summary>
/// Local recall screen without a model: flags pictures with a large connected skin-coloured area (see <see cref="SkinRegions"/>). It is meant to
/// miss little and to flag much that is harmless (faces, beaches, wood); it says nothing about violence or anything else. Its word is a reason
/// to look closer, never a verdict. Thread-safe.
/// </summary>
[Part("skin-region", "Skin-region screen", "Flags pictures with a large skin-coloured area so that somebody looks; no model, no download.")]
public sealed class SkinRegionScreen(JpegCodec codec) : IModerationBackend
{
    // Regions of a few pixels do not matter to the rules, and the work grows with the area.
    private const int MaxSide = 256;

    // Below this share the paper's first rule clears a picture whatever its regions look like.
    private const double ShareWorthReporting = 0.15;

    /// <inheritdoc/>
    public string Id => "skin-region";

    /// <inheritdoc/>
    public ModerationTier Tier => ModerationTier.Screen;

    /// <inheritdoc/>
    public string ModelVersion => "1";

    /// <summary>One finding with label <see cref="ModerationLabels.Skin"/>, or none below 15 % of skin-coloured pixels.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when it is no JPEG; ToolMissing without the codec's library.</exception>
    public Task<ImmutableArray<Finding>> InspectAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Inspect(codec.Decode(jpeg.Span, MaxSide)));
    }

    internal ImmutableArray<Finding> Inspect(RgbImage image)
    {
        var regions = SkinRegions.Of(image);
        return regions.Share < ShareWorthReporting ? [] : [new Finding(ModerationLabels.Skin, regions.Confidence, Id, ModelVersion)];
    }
}
