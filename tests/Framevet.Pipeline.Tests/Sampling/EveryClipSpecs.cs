using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Tests.Recipes;
using Framevet.TestKit.Media;

namespace Framevet.Pipeline.Tests.Sampling;

/// <summary>Every sampler on every clip of the media folder, of which the first 300 frames are read once.</summary>
public sealed class EveryClipSpecs
{
    private const int MaxFrames = 300;

    public static TheoryData<string> Clips => TestMedia.Folder is { } folder
        ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsPicture).Select(f => Path.GetRelativePath(folder, f)).Order(StringComparer.Ordinal)]
        : ["none"];

    [Theory]
    [MemberData(nameof(Clips))]
    public async Task Every_sampler_takes_frames_in_rising_order_and_the_same_ones_again(string clip)
    {
        TestMedia.TwinsAreLong(clip);
        var ct = TestContext.Current.CancellationToken;
        var path = TestMedia.Path(clip);
        using var stack = new MediaStack();
        var (media, frames) = await ReadAsync(stack, path, ct);
        if (media is null || frames.Count == 0)
        {
            // Without frames there is nothing to take; that such files are refused is told elsewhere.
            return;
        }

        foreach (var part in NoServices.Catalog.Parts.Where(p => p.Kind == PartKind.Sampler))
        {
            if (await TakeAsync(stack, part.Id, media, frames, ct) is not { } taken)
            {
                continue;
            }

            taken.ShouldNotBeEmpty(part.Id);
            taken.Zip(taken.Skip(1)).ShouldAllBe(p => p.First < p.Second, part.Id);
            (await TakeAsync(stack, part.Id, media, frames, ct))!.ShouldBe(taken, part.Id);
        }
    }

    private static bool IsPicture(string file) => Path.GetExtension(file) is not (".md" or ".vtt" or ".srt" or ".mp3");

    private static async Task<(MediaInfo? Media, List<Frame> Frames)> ReadAsync(MediaStack stack, string path, CancellationToken ct)
    {
        var frames = new List<Frame>();
        MediaInfo? media = null;
        try
        {
            media = await stack.ProbeAsync(path, ct);
            await foreach (var batch in stack.Source.ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 96), new Progress<DecodeProgress>(), ct))
            {
                using (batch)
                {
                    frames.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch[i] with { Pixels = batch[i].Pixels.ToArray() }));
                }

                if (frames.Count >= MaxFrames)
                {
                    break;
                }
            }
        }
        catch (VettingException)
        {
            // What came before the trouble counts.
        }

        return (media, frames);
    }

    /// <summary>Stamps of the frames taken; null where the sampler says that the file is not for it, or wants certain stretches only.</summary>
    private static async Task<List<Pts>?> TakeAsync(MediaStack stack, string id, MediaInfo media, List<Frame> frames, CancellationToken ct)
    {
        var sampler = NoServices.Catalog.Build<ISampler>(new PartSpec(id));
        using var end = sampler as IDisposable;
        DecodePlan plan;
        try
        {
            plan = await sampler.PlanAsync(media, ct);
        }
        catch (VettingException)
        {
            return null;
        }

        if (!plan.Within.IsDefaultOrEmpty)
        {
            return null;
        }

        var parts = new RunParts { Sampler = sampler, FrameMetrics = [], StreamMetrics = [], DerivedMetrics = [], Gates = [], Moderator = null!, Selector = null! };
        var pass = new SamplingPass(parts, stack.Pool, null) { Filter = new PlanFilter(plan, null), KeepsLast = plan.WithLast };
        var taken = new List<Pts>();
        await foreach (var batch in pass.ReadAsync(BatchesAsync(stack.Pool, frames), ct))
        {
            using (batch)
            {
                taken.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch[i].Pts));
            }
        }

        return taken;
    }

    private static async IAsyncEnumerable<FrameBatch> BatchesAsync(FramePool pool, List<Frame> frames)
    {
        foreach (var part in frames.Chunk(32))
        {
            var batch = pool.Rent(part[0].Layout, part.Length);
            foreach (var frame in part)
            {
                frame.Pixels.CopyTo(batch.Add(frame.Index, frame.Pts, frame.IsKey));
            }

            yield return batch;
            await Task.CompletedTask;
        }
    }
}
