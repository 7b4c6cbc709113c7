using Framevet.Pipeline.Ingest.Links;
using Framevet.Pipeline.Outbound;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Links;

/// <summary>A fetch that a stop interrupted goes on where it was, but never mixes two versions of a file.</summary>
public sealed class DirectDownloadSpecs : IDisposable
{
    private readonly OutboundDoor _door = new(new OutboundWall(Microsoft.Extensions.Options.Options.Create(new OutboundOptions { AllowAddresses = ["127.0.0.0/8"], AllowPorts = [0] })));
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _door.Dispose();
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fetch_into_the_folder_of_an_interrupted_one_goes_on_unless_the_file_changed(bool hasChanged)
    {
        var content = new byte[500_000];
        new Random(3).NextBytes(content);
        await using var server = await FileServer.StartAsync(Ct);
        var served = server.Serve("film.mp4", content);
        served.Breaks.Enqueue(200_000);
        served.Gate = new TaskCompletionSource().Task;
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct))
        {
            var first = FetchAsync(served.Address, stop.Token);
            while (!File.Exists(_folder["file"]) || new FileInfo(_folder["file"]).Length < 200_000)
            {
                await Task.Delay(20, Ct);
            }

            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => first);
        }

        if (hasChanged)
        {
            (served.Tag, served.Content) = ("\"two\"", [.. content.Reverse()]);
        }

        var (path, name) = await FetchAsync(served.Address, Ct);

        name.ShouldBe("film.mp4");
        (await File.ReadAllBytesAsync(path, Ct)).ShouldBe(served.Content);
        served.Requests.Last().ShouldBe(new FileRequest("bytes=199999-", "\"one\""));
    }

    private Task<(string Path, string Name)> FetchAsync(Uri url, CancellationToken ct) =>
        new DirectDownload(_door).FetchAsync(url, _folder.Path, new SubmitLimits(), TimeSpan.FromMinutes(1), new Progress<double?>(), ct);
}
