using System.Globalization;
using Framevet.Benchmarks.Serving;

namespace Framevet.Benchmarks.Browsing;

/// <summary>
/// <c>circuits --folder F [--frames N] [--count N] [--path QUERY]</c>: memory that the server keeps for each gallery of so many frames that is open. All objects alive after a full collection, with many
/// circuits open less with one open (which has warmed everything up), divided by their number.
/// </summary>
internal static class CircuitRunner
{
    /// <summary>Runs and prints a table.</summary>
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (frames, count, ct) = (arguments.Number("--frames", 100_000), arguments.Number("--count", 40), CancellationToken.None);
        await using var server = await BenchServer.StartAsync(arguments.Folder(), ct);
        var run = await LongRun.FindOrMakeAsync(server, frames, ct);
        Console.WriteLine("| page | circuits | bytes alive with one, MB | with all, MB | each, MB | after closing all, MB |\n|---|---|---|---|---|---|");
        foreach (var query in arguments.Text("--path", "|?sort=-quality|?view=stacks|?state=allowed&range=sharpness:20..").Split('|'))
        {
            var path = $"/runs/{run}/gallery{query}";
            Task<Circuit> OpenAsync() => Circuit.OpenAsync(server.Client, server.Cookies, path, "data-pts", null, ct);
            await using var first = await OpenAsync();
            var before = await server.HeapAsync(ct);
            var circuits = new List<Circuit>();
            for (var i = 0; i < count; i++)
            {
                circuits.Add(await OpenAsync());
            }

            await Task.Delay(TimeSpan.FromSeconds(2), ct);
            var all = await server.HeapAsync(ct);
            foreach (var circuit in circuits)
            {
                await circuit.DisposeAsync();
            }

            await Task.Delay(TimeSpan.FromSeconds(1), ct);
            var after = await server.HeapAsync(ct);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| gallery{query} | {count} | {before / 1e6:0.0} | {all / 1e6:0.0} | {(all - before) / 1e6 / count:0.00} | {after / 1e6:0.0} |"));
        }

        return 0;
    }
}
