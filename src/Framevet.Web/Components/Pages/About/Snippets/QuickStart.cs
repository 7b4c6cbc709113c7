using Framevet.Client;

/// <summary>Submit a file, follow its run, list the best frames, download them.</summary>
internal static class QuickStart
{
    public static async Task<string> RunAsync(Uri server, string key, string file, string target, CancellationToken ct)
    {
        using var framevet = FramevetClient.Connect(server, key);

        // 1. Send the file in pieces: a broken connection goes on where it stopped.
        var id = await framevet.SubmitFileAsync(file, new SubmitChoice(Recipe: "Top 10 %"), new Progress<double>(share => Console.WriteLine($"{share:P0} sent")), ct);

        // 2. Follow it until it is over, or people must look.
        var run = await framevet.WaitAsync(id, TimeSpan.FromSeconds(1), ct);
        if (run.State != RunStates.Done)
        {
            return $"{run.State}: {run.Reason}";
        }

        // 3. The best frames, best first.
        await foreach (var frame in framevet.AllFramesAsync(id, new FrameQuery(States: ["selected"], Sort: "rank"), ct))
        {
            Console.WriteLine($"{frame.Rank}. at {frame.Seconds:F2} s");
        }

        // 4. Download them; the file is there only when its hash is right.
        var export = await framevet.RequestExportAsync(id, ct: ct);
        await framevet.DownloadAsync(export.Id, target, ct: ct);
        return "saved";
    }
}
