using System.Diagnostics;
using System.Globalization;
using Framevet.Pipeline;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>models [--rounds N] [--preprocessing]</c>: scores of real models over a clip beside a bare loop of the same session on tensors that are ready, while the same clip is decoded for nobody; one after the other
/// in each round. Prints bare time / our time (1 = no cost around the inference).
/// </summary>
internal static class ModelRunner
{
    private const int Batch = 16;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = Array.IndexOf(arguments, "--rounds") is var at and >= 0 ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : 3;
        var services = Services();
        await using var owned = services.ConfigureAwait(false);
        Preprocessing(services);
        if (arguments.Contains("--preprocessing"))
        {
            return 0;
        }

        var clip = TestMedia.Folder is { } folder ? Path.Combine(folder, "bench-1080p30-20s.mp4") : throw new InvalidOperationException("Set FRAMEVET_TEST_MEDIA to the folder of test clips.");
        var media = await services.GetRequiredService<IMediaProbe>().ProbeAsync(new SourceFile(clip, "clip", new FileInfo(clip).Length), CancellationToken.None).ConfigureAwait(false);

        Console.WriteLine("\n| work | ratio (rounds) | bare s | ours s | frames |");
        Console.WriteLine("|---|---|---|---|---|");
        await CompareAsync(services, media, rounds, "nima-aesthetic").ConfigureAwait(false);
        await CompareAsync(services, media, rounds, "nsfwjs-mobilenet").ConfigureAwait(false);
        await CompareAsync(services, media, rounds, "nima-aesthetic", "nsfwjs-mobilenet").ConfigureAwait(false);
        return 0;
    }

    private static async Task CompareAsync(ServiceProvider services, MediaInfo media, int rounds, params string[] models)
    {
        var pairs = new List<(double Bare, double Ours)>();
        var frames = 0;
        for (var round = -1; round < rounds; round++)
        {
            var (ours, count) = await OursAsync(services, media, models).ConfigureAwait(false);
            frames = count;
            var bare = 0.0;
            foreach (var model in models)
            {
                bare += await BareAsync(services, media, model, count, isDecoding: models.Length == 1).ConfigureAwait(false);
            }

            // The first round warms up.
            if (round >= 0)
            {
                pairs.Add((bare, ours));
            }
        }

        var ratios = pairs.Select(p => p.Bare / p.Ours).Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {string.Join(" + ", models)} | {ratios[ratios.Length / 2]:0.000} ({string.Join(' ', ratios.Select(r => r.ToString("0.000", CultureInfo.InvariantCulture)))}) | {pairs.Average(p => p.Bare):0.00} | {pairs.Average(p => p.Ours):0.00} | {frames} |"));
    }

    private static async Task<(double Seconds, int Frames)> OursAsync(ServiceProvider services, MediaInfo media, string[] models)
    {
        var recipe = BuiltInRecipes.TopTenth with { Sampler = new PartSpec("all"), Metrics = [.. models.Select(m => new PartSpec(m))] };
        var parts = RunParts.From(recipe, services.GetRequiredService<PartCatalog>(), TimeProvider.System);
        var scoring = new FrameScoring(services.GetRequiredService<IFrameSource>(), services.GetRequiredService<FramePool>(), parts);
        var rows = 0;
        var clock = Stopwatch.StartNew();
        await scoring.RunAsync(media, 512, _ => rows++, CancellationToken.None).ConfigureAwait(false);
        return (clock.Elapsed.TotalSeconds, rows);
    }

    // With decoding for one model; the sum for two is that of inference alone.
    private static async Task<double> BareAsync(ServiceProvider services, MediaInfo media, string id, int frames, bool isDecoding)
    {
        var model = services.GetRequiredService<OnnxModels>().Get(id);
        var input = model.Entry.Input!;
        var shape = PictureLoader.ShapeOf(input, Batch, input.Width!.Value, input.Height!.Value);
        var numbers = new float[shape.Aggregate(1L, (a, b) => a * b)];
        Array.Fill(numbers, 0.1f);
        var name = input.Tensor ?? model.Session.Inputs[0].Name;
        var clock = Stopwatch.StartNew();
        var decoding = isDecoding ? Task.Run(() => DecodeAsync(services, media)) : Task.CompletedTask;
        for (var done = 0; done < frames; done += Batch)
        {
            var count = Math.Min(Batch, frames - done);
            using var run = model.Session.Run(new OnnxInput(name, numbers.AsMemory(0, numbers.Length / Batch * count), [count, .. shape[1..]]));
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await decoding.ConfigureAwait(false);
        return seconds;
    }

    private static async Task DecodeAsync(ServiceProvider services, MediaInfo media)
    {
        await foreach (var batch in services.GetRequiredService<IFrameSource>().ReadAsync(new DecodeRequest(media, new DecodePlan.EveryFrame(), 512), new Progress<DecodeProgress>(), CancellationToken.None).ConfigureAwait(false))
        {
            batch.Dispose();
        }
    }

    private static void Preprocessing(ServiceProvider services)
    {
        using var one = ModelStack.At(services.GetRequiredService<ModelStore>().Folder, new InferenceOptions { Threads = 1, Provider = "cpu" });
        var layout = new FrameLayout(1920, 1080);
        var pixels = new byte[layout.FrameBytes];
        new Random(1).NextBytes(pixels);
        var frame = new Frame(0, new Pts(0, new TimeBase(1, 1)), layout, pixels);
        Console.WriteLine("| one thread, one 1080p frame | preprocessing ms | inference ms | share |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (id, resampler) in new[] { ("nima-aesthetic", ModelResampler.Nearest), ("nsfwjs-mobilenet", ModelResampler.BilinearSmooth), ("nsfwjs-mobilenet", ModelResampler.BilinearCorners), ("nsfwjs-mobilenet", ModelResampler.Area) })
        {
            var model = one.Runtime.Get(id);
            var input = model.Entry.Input! with { Resampler = resampler };
            var loader = new PictureLoader(input, PictureFit.Of(input, layout.Width, layout.Height, 0), isRgb: false);
            var numbers = new float[loader.Length];
            var making = Best(() => loader.Write(PixelPlanes.Of(in frame), numbers));
            var running = Best(() => model.Run(numbers, 1, loader.Shape, (_, _, _) => { }));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {id}, {resampler} | {making:0.000} | {running:0.00} | {100 * making / running:0.0} % |"));
        }
    }

    private static double Best(Action work)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 60; i++)
        {
            var clock = Stopwatch.StartNew();
            work();
            best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
        }

        return best;
    }

    private static ServiceProvider Services()
    {
        var folder = Path.GetDirectoryName(TestModels.Path("nima_mobilenet_aesthetic.onnx"))!;
        var state = Directory.CreateTempSubdirectory("framevet-models-").FullName;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            KeyValuePair.Create("Models:Folder", (string?)folder), KeyValuePair.Create("Models:StateFolder", (string?)state), KeyValuePair.Create("Tools:Engine", (string?)"Library"), KeyValuePair.Create("Storage:Root", (string?)state),
        ]).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFramevetPipeline(configuration);
        return services.BuildServiceProvider();
    }
}
