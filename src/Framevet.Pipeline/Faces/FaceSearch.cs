using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Faces;

/// <summary>Finds the faces in a picture that somebody gives as a reference, with the very parts that a run would use. Keeps nothing of the picture. Thread-safe.</summary>
public sealed class FaceSearch(IMediaProbe probe, IFrameSource source, PartCatalog catalog, BuildParts build, JpegCodec jpeg, IBlobStore blobs)
{
    // A reference is looked at once, so it may be looked at closely.
    private const int Side = 1280;

    /// <summary>
    /// The faces in the first picture of a file, the largest first, with their looks where they could be taken. <paramref name="part"/>: a metric that takes looks, with its options;
    /// its reference does not matter.
    /// </summary>
    /// <exception cref="VettingException">InvalidRequest for a part that keeps no looks; UnsupportedMedia for a file that shows nothing; ModelMissing, ModelMismatch, and what decoding may bring.</exception>
    public async Task<ImmutableArray<FaceMark>> FindAsync(SourceFile file, PartSpec part, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(part);
        var recipe = Recipe(part);
        var parts = build(recipe);
        var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        var request = new DecodeRequest(media, new DecodePlan.EveryFrame(), Side);
        var pass = new ScoringPass(RunId.New(DateTimeOffset.UnixEpoch), parts, jpeg, blobs);
        await foreach (var batch in source.ReadAsync(request, new Ignored(), ct).ConfigureAwait(false))
        {
            using (batch)
            {
                if (batch.Count > 0)
                {
                    var first = batch[0].Pts;
                    batch.Compact((in Frames.Frame frame) => frame.Pts == first);
                    pass.Follow(batch);
                    return pass.Score(batch, ct)[0].Frame.Detections?.Faces ?? [];
                }
            }
        }

        throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: there is no picture in it.");
    }

    private Recipe Recipe(PartSpec part)
    {
        var info = catalog.Parts.FirstOrDefault(p => p.Kind == PartKind.Metric && p.Id == part.Id);
        if (info is null || info.Options.FirstOrDefault(o => o.Kind == PartOptionKind.Face) is not { } option)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The part '{part.Id}' looks for nobody.");
        }

        // An old reference, perhaps of another model, must not hinder finding a new one.
        var spec = part with { Options = part.Options.Remove(option.Name) };
        return BuiltInRecipes.TopTenth with
        {
            AnalysisSide = Side,
            Metrics = [.. catalog.Needed(spec), spec],
            Gates = [],
            Moderation = BuiltInRecipes.TopTenth.Moderation with { Backends = [] },
        };
    }

    private sealed class Ignored : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
            // One picture is no journey.
        }
    }
}
