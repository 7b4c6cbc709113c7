using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>allocation</c>: managed memory that scoring every frame of the 20 s clip, fifteen times over, with all classical metrics allocates per frame once its buffers are there, by all threads
/// together: in windows from a third of the film on. The median is the steady state; the greatest has what the pools still grow by, and the last what the end of a film takes.
/// </summary>
internal static class AllocationRunner
{
    private const int Times = 15;
    private const int WarmUp = 602 * Times / 3;
    private const int Window = 301;

    public static async Task<int> RunAsync()
    {
        using var services = new ServiceCollection().AddAnalysis().BuildServiceProvider();
        var catalog = new PartCatalog(services);
        using var folder = new TemporaryFolder();
        var clip = EngineRunner.Repeated(Path.Combine(TestMedia.Folder ?? throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips."), "bench-1080p30-20s.mp4"), Times, folder["long.mp4"]);
        foreach (var side in (int[])[320, 0])
        {
            var kit = new MediaKit(new FramePool(), new ToolOptions { Engine = DecodeEngine.Library }, new MediaLimits(), catalog, TimeProvider.System);
            var media = await kit.Probe.ProbeAsync(new Framevet.Pipeline.Ingest.SourceFile(clip, "clip", new FileInfo(clip).Length), CancellationToken.None);
            var scoring = new FrameScoring(kit.Frames, kit.Pool, RunParts.From(Recipe(), catalog, TimeProvider.System));
            var (rows, marks) = (0, new List<long>(Times * 2));
            await scoring.RunAsync(media, side, _ =>
            {
                if (++rows >= WarmUp && (rows - WarmUp) % Window == 0)
                {
                    marks.Add(GC.GetTotalAllocatedBytes(precise: true));
                }
            }, CancellationToken.None);
            var inOrder = marks.Zip(marks.Skip(1), (from, to) => (to - from) / (double)Window).ToArray();
            var windows = inOrder.Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(side == 0 ? "native" : $"{side} px")}: {windows[windows.Length / 2]:0.0} bytes per frame, {windows[0]:0.0} to {windows[^1]:0.0} in {windows.Length} windows of {Window} frames; all together {windows.Average():0.0}; one after the other {string.Join(' ', inOrder.Select(w => w.ToString("0.0", CultureInfo.InvariantCulture)))}"));
        }

        return 0;
    }

    private static Recipe Recipe() => new()
    {
        Name = "allocation",
        Sampler = new PartSpec("interval").With("seconds", 0),
        Metrics = [.. ((string[])["sharpness", "tenengrad", "edge-strength", "contrast", "brightness", "entropy", "colorfulness", "noise", "clipping", "motion", "quality"]).Select(m => new PartSpec(m))],
        Gates = [],
        Moderation = new ModerationRecipe { Backends = [], Bands = ImmutableSortedDictionary<string, LabelBand>.Empty },
        Selector = new PartSpec("top"),
        Exporters = [],
    };
}
