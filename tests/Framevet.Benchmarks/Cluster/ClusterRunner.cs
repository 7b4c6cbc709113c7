using System.Globalization;
using System.Text;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;

namespace Framevet.Benchmarks.Cluster;

/// <summary>
/// <c>cluster [--small N] [--middle M] [--most W]</c>: one web node and 1, 2 … W workers as processes on one PostgreSQL; each time the same N runs of 4 s and M of a minute, 640 x 360, every one of 25 frames
/// a second scored. From the first run's start to the last one's end, as the rows say; and where the processor's time, the log's bytes and the server's statements went.
/// </summary>
internal static class ClusterRunner
{
    /// <summary>Runs and prints tables.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var ct = CancellationToken.None;
        using var clips = new ClipFactory();
        string[] encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50"];
        (string Name, string File, int Count)[] sets =
        [
            ("small", await clips.MakeAsync("small.mp4", "testsrc2=s=640x360:r=25:d=4", encoding, ct), arguments.Number("--small", 24)),
            ("middle", await clips.MakeAsync("middle.mp4", "testsrc2=s=640x360:r=25:d=60", encoding, ct), arguments.Number("--middle", 6)),
        ];
        var recipe = BuiltInRecipes.TopTenth with { Name = "Every frame", Sampler = new PartSpec("interval").With("seconds", 0.04), Selector = new PartSpec("top").With("count", 10) };
        var server = await PostgresCluster.OwnAsync(BenchCluster.InEarnest);
        try
        {
            var first = new Dictionary<string, double>();
            var table = new StringBuilder("| runs | workers | frames/s | runs/s | to one worker | processor s per 1,000 frames: workers, tools, web node, PostgreSQL | log bytes a frame | database bytes a frame |\n|---|---|---|---|---|---|---|---|\n");
            for (var workers = 1; workers <= arguments.Number("--most", 3); workers++)
            {
                await using var cluster = await BenchCluster.StartAsync(server, $"cluster{workers}", workers, Console.WriteLine, ct);
                await cluster.SubmitAsync(sets[0].File, workers * 2, recipe, ct);
                await cluster.WorkAsync(ct);
                foreach (var set in sets.Where(s => s.Count > 0))
                {
                    var seen = await MeasureAsync(cluster, set.File, set.Count, recipe, ct);
                    first.TryAdd(set.Name, seen.FramesPerSecond);
                    Console.WriteLine();
                    Tell(table, string.Create(CultureInfo.InvariantCulture, $"| {set.Count} {set.Name} | {workers} | {seen.FramesPerSecond:F0} | {seen.RunsPerSecond:F2} | {seen.FramesPerSecond / first[set.Name]:F2} | {seen.Cpu} | {seen.Wal:F0} | {seen.Stored:F0} |"));
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{set.Name}, {workers} workers: {seen.Frames} frames, {seen.Files} files of {seen.FileBytes:F0} bytes, {seen.Connections} connections\n\n| statements | calls | rows | ms in the server | µs a frame | log bytes a frame |\n|---|---|---|---|---|---|"));
                    foreach (var (kind, calls, rows, ms, wal) in seen.Kinds)
                    {
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {calls} | {rows} | {ms:F0} | {ms * 1000 / seen.Frames:F1} | {(double)wal / seen.Frames:F0} |"));
                    }

                    foreach (var (text, calls, rows, ms) in await cluster.Costs.DearestAsync(8, ct))
                    {
                        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {ms,8:F0} ms {calls,6} calls {rows,6} rows  {text}"));
                    }
                }
            }

            Console.WriteLine($"\nAll of them:\n\n{table}");
            return 0;
        }
        finally
        {
            server.Stop();
        }
    }

    // At once, too: whoever stops it has what there is.
    private static void Tell(StringBuilder table, string line)
    {
        table.AppendLine(line);
        Console.WriteLine(line);
    }

    private static async Task<Seen> MeasureAsync(BenchCluster cluster, string file, int count, Recipe recipe, CancellationToken ct)
    {
        var costs = cluster.Costs;
        var (filesBefore, bytesBefore) = Files(cluster.Blobs);
        await cluster.SubmitAsync(file, count, recipe, ct);
        var (web, own, tools) = cluster.Cpu();
        var stored = await costs.NumberAsync("SELECT pg_database_size(current_database())", ct);
        var before = await costs.NumberAsync("""SELECT count(*) FROM "Frames" """, ct);
        var last = await costs.NumberAsync("""SELECT max("EndedAt") FROM "Runs" """, ct);
        await costs.ResetAsync(ct);
        await cluster.WorkAsync(ct);
        var (cpu, wal) = await costs.ReadAsync(ct);
        var kinds = await costs.KindsAsync(ct);
        var (web2, own2, tools2) = cluster.Cpu();
        var frames = (int)(await costs.NumberAsync("""SELECT count(*) FROM "Frames" """, ct) - before);
        var seconds = await costs.NumberAsync(string.Create(CultureInfo.InvariantCulture, $"""SELECT (max("EndedAt") - min("StartedAt")) / 1e7 FROM "Runs" WHERE "State" = 'Done' AND "EndedAt" > {last:F0}"""), ct);
        var grown = await costs.NumberAsync("SELECT pg_database_size(current_database())", ct) - stored;
        var connections = (int)await costs.NumberAsync("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", ct);
        var (files, bytes) = Files(cluster.Blobs);
        string Each(double seconds) => (seconds * 1000 / frames).ToString("F2", CultureInfo.InvariantCulture);
        return new Seen(frames, frames / seconds, count / seconds, $"{Each(own2 - own)}, {Each(tools2 - tools)}, {Each(web2 - web)}, {Each(cpu)}", (double)wal / frames, grown / frames, files - filesBefore, (double)(bytes - bytesBefore) / Math.Max(1, files - filesBefore), connections, kinds);
    }

    private static (int Count, long Bytes) Files(string root)
    {
        var files = Directory.Exists(root) ? new DirectoryInfo(root).GetFiles("*", SearchOption.AllDirectories) : [];
        return (files.Length, files.Sum(f => f.Length));
    }

    private sealed record Seen(int Frames, double FramesPerSecond, double RunsPerSecond, string Cpu, double Wal, double Stored, int Files, double FileBytes, int Connections, List<(string Kind, long Calls, long Rows, double Ms, long Wal)> Kinds);
}
