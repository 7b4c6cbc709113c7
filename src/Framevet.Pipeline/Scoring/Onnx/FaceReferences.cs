using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Probe;

namespace Framevet.Pipeline.Scoring.Onnx;

/// <summary>Finds the faces of an uploaded picture, so that one of them can be the reference of a recipe. Thread-safe.</summary>
public sealed class FaceReferences(OnnxModels models, IMediaProbe probe, IFrameSource source)
{
    // Faces of a group photo are still some dozens of pixels large.
    private const int MaxSide = 1280;

    /// <summary>The faces of a picture (or of a film's first frame) with their vectors, the largest first. The text of a vector is what the option <c>reference</c> of <c>face-likeness</c> takes.</summary>
    /// <exception cref="VettingException">UnsupportedMedia when there is no face, or it is no picture; ModelMissing, ModelMismatch.</exception>
    public async Task<ImmutableArray<FaceMark>> FindAsync(SourceFile file, FacesMetricOptions find, FaceLikenessMetricOptions likeness, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(find);
        ArgumentNullException.ThrowIfNull(likeness);
        var faces = new FacesMetric(find with { Detail = Math.Max(find.Detail, MaxSide / 2) }, models);
        var vectors = new FaceLikenessMetric(likeness with { Reference = "" }, models);
        faces.ReadModel();
        vectors.ReadModel();
        var media = await probe.ProbeAsync(file, ct).ConfigureAwait(false);
        await foreach (var batch in source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), MaxSide), new Silent(), ct).ConfigureAwait(false))
        {
            using (batch)
            {
                var found = await Task.Run(() => First(batch, faces, vectors), ct).ConfigureAwait(false);
                return found is { IsEmpty: false } marks ? marks
                    : throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: no face that can be compared was found in it.");
            }
        }

        throw new VettingException(FailureCode.UnsupportedMedia, $"{file.DisplayName}: it holds no picture.");
    }

    private static ImmutableArray<FaceMark> First(FrameBatch batch, FacesMetric faces, FaceLikenessMetric vectors)
    {
        batch.Compact((in Frame frame) => frame.Index == 0);
        if (batch.Count == 0)
        {
            return [];
        }

        faces.Measure(batch, new float[batch.Count * faces.Outputs.Length]);
        vectors.Measure(batch, new float[batch.Count * vectors.Outputs.Length]);
        return [.. (batch.Found(0)?.Faces ?? []).Where(f => f.Embedding is not null)];
    }

    private sealed class Silent : IProgress<DecodeProgress>
    {
        public void Report(DecodeProgress value)
        {
        }
    }
}
