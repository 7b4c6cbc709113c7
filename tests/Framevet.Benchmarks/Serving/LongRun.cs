using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Benchmarks.Serving;

/// <summary>A finished run of many frames, written past the server: 25 frames a second, scenes of 250, thumbnails of 320 x 180 with noise in them, so that decoding one costs what it costs.</summary>
internal static class LongRun
{
    private const int Thumbs = 64;
    private static readonly TimeBase Clock = new(1, 12800);
    private static readonly string[] Scores = ["sharpness", "edge-strength", "contrast", "brightness", "entropy", "motion", "noise", "colorfulness", "clipping"];

    /// <summary>Id of the run of so many frames: the one that the folder has, else a new one.</summary>
    public static async Task<RunId> FindOrMakeAsync(BenchServer server, int frames, CancellationToken ct)
    {
        await using var services = server.Services();
        var name = string.Create(CultureInfo.InvariantCulture, $"{frames}.mp4");
        var rows = (await services.GetRequiredService<RunsQuery>().PageAsync(new RunsFilter(), 0, 100, ct)).Rows;
        return rows.FirstOrDefault(r => r.SourceName == name && r.State == RunState.Done) is { } there ? there.Id : await MakeAsync(services, server.Folder, name, frames, ct);
    }

    private static async Task<RunId> MakeAsync(ServiceProvider services, string folder, string name, int frames, CancellationToken ct)
    {
        var random = new Random(7);
        var blobs = new DiskBlobStore(Path.Combine(folder, "blobs"));
        for (var i = 0; i < Thumbs; i++)
        {
            await blobs.PutAsync(Key(i), Picture(random), ct);
        }

        var store = services.GetRequiredService<IRunStore>();
        var now = TimeProvider.System.GetUtcNow();
        var run = new Run
        {
            Id = RunId.New(now), OwnerId = "nobody", SourceName = name, MediaSha256 = new string('0', 64), MediaKey = "media/none", MediaBytes = 1, Recipe = BuiltInRecipes.BestFrames,
            State = RunState.Running, Reason = "", CreatedAt = now,
        };
        var funnel = new Funnel(Decoded: frames, Sampled: frames);
        await store.AddAsync(run, ct);
        await store.SaveProgressAsync(run.Id, funnel, new MediaFacts("video", "mp4", "h264", "yuv420p", 1280, 720, TimeSpan.FromSeconds(frames / 25.0), 25, 0, Clock, null), ct);
        var looks = Enumerable.Range(0, (frames / 4) + 1).Select(_ => unchecked((ulong)random.NextInt64(long.MinValue, long.MaxValue))).ToArray();
        foreach (var batch in Enumerable.Range(0, frames).Chunk(2000))
        {
            await store.SaveCandidatesAsync(run.Id, [.. batch.Select(i => Frame(i, looks[i / 4], random))], funnel, ct);
        }

        var firsts = Enumerable.Range(0, (frames + 249) / 250).Select(s => s * 250).ToArray();
        await store.SaveScenesAsync(run.Id, [.. firsts.Select((first, i) => new Scene(i + 1, Stamp(first), Stamp(Math.Min(first + 249, frames - 1))))], ct);
        await store.TryMoveAsync(run.Id, RunState.Running, RunState.Done, "Finished.", null, ct);
        return run.Id;
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"thumbs/long/{i}.jpg");

    private static Pts At(int i) => new(i * 512L, Clock);

    private static FrameStamp Stamp(int i) => new(i, At(i));

    private static Candidate Frame(int i, ulong look, Random random)
    {
        var verdict = i % 100 == 99 ? new Verdict(Decision.Block, "Explicit.", "policy") : i % 50 == 49 ? new Verdict(Decision.Escalate, "In doubt.", "policy") : new Verdict(Decision.Allow, "Nothing seen.", "policy");
        var wave = 50 + (35 * Math.Sin(i / 90.0)) + (random.NextDouble() * 15);
        var scores = Scores.ToImmutableSortedDictionary(s => s, _ => random.NextSingle() * 100, StringComparer.Ordinal).SetItem("quality", (float)wave);
        return new Candidate(At(i), i, scores, look, Key(i / 4 % Thumbs), i % 20 == 5 ? [new Loss(LossStage.Gating, "threshold", "sharpness 12.1 is below 30")] : [], new Judgement(verdict, []));
    }

    private static byte[] Picture(Random random)
    {
        const int Width = 320;
        const int Height = 180;
        var image = new RgbImage(Width, Height, new byte[Width * Height * 3]);
        var (a, b, c) = (random.Next(256), random.Next(256), random.Next(256));
        for (var i = 0; i < Width * Height; i++)
        {
            var (x, y) = (i % Width, i / Width);
            (image.Pixels[i * 3], image.Pixels[(i * 3) + 1], image.Pixels[(i * 3) + 2]) = ((byte)(a + (x / 3) + random.Next(24)), (byte)(b + y + random.Next(24)), (byte)(c + ((x + y) / 4) + random.Next(24)));
        }

        return new JpegCodec().Encode(image, 80);
    }
}
