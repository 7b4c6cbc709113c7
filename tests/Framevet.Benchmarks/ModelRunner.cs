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
using Microsoft.ML.OnnxRuntime;

namespace Framevet.Benchmarks;

/// <summary>
/// <c>models [--rounds N] [--threads N] [--preprocessing]</c>: scores of real models over a clip beside bare inference on tensors that are ready, while the same clip is decoded for nobody; one after the other
/// in each round. Bare inference is a loop of ONNX Runtime's own threads over batches of 16, and the pieces beside each other that we run. Prints bare time / our time (1 = no cost around the inference).
/// </summary>
internal static class ModelRunner
{
    private const int Batch = 16;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var rounds = Array.IndexOf(arguments, "--rounds") is var at and >= 0 ? int.Parse(arguments[at + 1], CultureInfo.InvariantCulture) : 3;
        var threads = Array.IndexOf(arguments, "--threads") is var place and >= 0 ? int.Parse(arguments[place + 1], CultureInfo.InvariantCulture) : Environment.ProcessorCount;
        if (TestModels.Folder is null)
        {
            Console.Error.WriteLine("Set FRAMEVET_TEST_MODELS to the folder of models.");
            return 2;
        }

        var services = Services(threads);
        await using var owned = services.ConfigureAwait(false);
        Preprocessing(services);
        if (arguments.Contains("--preprocessing"))
        {
            return 0;
        }

        if (TestMedia.Folder is not { } folder)
        {
            Console.Error.WriteLine("Set FRAMEVET_TEST_MEDIA to the folder of test clips.");
            return 2;
        }

        foreach (var name in new[] { "bench-1080p30-20s.mp4", "bbb-480p-30s.mp4" })
        {
            var clip = Path.Combine(folder, name);
            var media = await services.GetRequiredService<IMediaProbe>().ProbeAsync(new SourceFile(clip, name, new FileInfo(clip).Length), CancellationToken.None).ConfigureAwait(false);

            Console.WriteLine($"\n| {name} | ratio to a loop of batches (rounds) | ratio to pieces beside each other (rounds) | loop s | pieces s | ours s | frames |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            await CompareAsync(services, media, rounds, threads, "nima-aesthetic").ConfigureAwait(false);
            await CompareAsync(services, media, rounds, threads, "nsfwjs-mobilenet").ConfigureAwait(false);
            await CompareAsync(services, media, rounds, threads, "nima-aesthetic", "nsfwjs-mobilenet").ConfigureAwait(false);
        }

        return 0;
    }

    private static async Task CompareAsync(ServiceProvider services, MediaInfo media, int rounds, int threads, params string[] models)
    {
        var trips = new List<(double Loop, double Pieces, double Ours)>();
        var frames = 0;
        for (var round = -1; round < rounds; round++)
        {
            var (ours, count) = await OursAsync(services, media, models).ConfigureAwait(false);
            frames = count;
            var (loop, pieces) = (0.0, 0.0);
            foreach (var model in models)
            {
                // With decoding for one model; the sum for two is that of inference alone.
                loop += await BareAsync(services, media, model, count, threads, isLoop: true, isDecoding: models.Length == 1).ConfigureAwait(false);
                pieces += await BareAsync(services, media, model, count, threads, isLoop: false, isDecoding: models.Length == 1).ConfigureAwait(false);
            }

            // The first round warms up.
            if (round >= 0)
            {
                trips.Add((loop, pieces, ours));
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {string.Join(" + ", models)} | {Ratios(trips.Select(t => t.Loop / t.Ours))} | {Ratios(trips.Select(t => t.Pieces / t.Ours))} | {trips.Average(t => t.Loop):0.00} | {trips.Average(t => t.Pieces):0.00} | {trips.Average(t => t.Ours):0.00} | {frames} |"));
    }

    private static string Ratios(IEnumerable<double> values)
    {
        var ratios = values.Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{ratios[ratios.Length / 2]:0.00} ({string.Join(' ', ratios.Select(r => r.ToString("0.00", CultureInfo.InvariantCulture)))})");
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

    private static async Task<double> BareAsync(ServiceProvider services, MediaInfo media, string id, int frames, int threads, bool isLoop, bool isDecoding)
    {
        var model = services.GetRequiredService<OnnxModels>().Get(id);
        var input = model.Entry.Input!;
        var shape = PictureLoader.ShapeOf(input, Batch, input.Width!.Value, input.Height!.Value);
        var numbers = new float[shape.Aggregate(1L, (a, b) => a * b)];
        Array.Fill(numbers, 0.1f);
        using var settings = OnnxProvider.Settings(OnnxProvider.Cpu, new InferenceOptions());
        settings.IntraOpNumThreads = threads;
        using var session = new InferenceSession(model.PathOf(model.Entry.Main), settings);
        string[] names = [input.Tensor ?? model.Session.Inputs[0].Name];
        var clock = Stopwatch.StartNew();
        var decoding = isDecoding ? Task.Run(() => DecodeAsync(services, media)) : Task.CompletedTask;
        for (var done = 0; done < frames; done += Batch)
        {
            var count = Math.Min(Batch, frames - done);
            var ready = numbers.AsMemory(0, numbers.Length / Batch * count);
            if (isLoop)
            {
                using var how = new Microsoft.ML.OnnxRuntime.RunOptions();
                using var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ready, [count, .. shape[1..]]);
                using var outputs = session.Run(how, names, [value], session.OutputNames);
            }
            else
            {
                model.Run(ready, count, n => [n, .. shape[1..]], (_, _, _) => { });
            }
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

    private static ServiceProvider Services(int threads)
    {
        var folder = Path.GetDirectoryName(TestModels.Path("nima_mobilenet_aesthetic.onnx"))!;
        var state = Directory.CreateTempSubdirectory("framevet-models-").FullName;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            KeyValuePair.Create("Inference:Threads", (string?)threads.ToString(CultureInfo.InvariantCulture)), KeyValuePair.Create("Models:Folder", (string?)folder), KeyValuePair.Create("Models:StateFolder", (string?)state), KeyValuePair.Create("Tools:Engine", (string?)"Library"), KeyValuePair.Create("Storage:Root", (string?)state),
        ]).Build();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddFramevetPipeline(configuration);
        return services.BuildServiceProvider();
    }
}
