using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Scoring;

/// <summary>Measures pictures with every metric of the catalogue, in the order of the flow.</summary>
internal static class Scored
{
    /// <summary>All scores of each picture, by score id.</summary>
    public static List<Dictionary<string, float>> Of(params IReadOnlyList<Picture> pictures)
    {
        var metrics = NoServices.Catalog.Parts
            .Where(p => p.Kind == PartKind.Metric)
            .Select(p => NoServices.Catalog.Build<IMetric>(new PartSpec(p.Id)))
            .OrderBy(m => m is IDerivedMetric)
            .ToList();
        using var batch = Picture.Batch(new FramePool(), pictures);
        var sheets = pictures.Select(_ => new Dictionary<string, float>()).ToList();
        foreach (var metric in metrics)
        {
            Add(metric, batch, sheets);
        }

        return sheets;
    }

    /// <summary>One score of one picture.</summary>
    public static float Of(Picture picture, string score) => Of(picture)[0][score];

    private static void Add(IMetric metric, FrameBatch batch, List<Dictionary<string, float>> sheets)
    {
        var width = metric.Outputs.Length;
        var scores = new float[batch.Count * width];
        switch (metric)
        {
            case IFrameMetric frames:
                frames.Measure(batch, scores);
                break;
            case IStreamMetric stream:
                for (var i = 0; i < batch.Count; i++)
                {
                    stream.Measure(batch[i], scores.AsSpan(i * width, width));
                }

                break;
            case IDerivedMetric derived:
                for (var i = 0; i < batch.Count; i++)
                {
                    derived.Derive(sheets[i], scores.AsSpan(i * width, width));
                }

                break;
            default:
                throw new InvalidOperationException($"{metric.GetType().Name} is a metric of no known sort.");
        }

        for (var i = 0; i < scores.Length; i++)
        {
            sheets[i / width][metric.Outputs[i % width].Id] = scores[i];
        }
    }
}
