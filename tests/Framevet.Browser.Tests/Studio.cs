using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Tools;
using Framevet.TestKit.Media;

namespace Framevet.Browser.Tests;

/// <summary>One server with the demo vetted and an admin signed in, one browser, some clips: shared by the journeys of a class.</summary>
public class Studio : IAsyncLifetime
{
    /// <summary>Name of the admin.</summary>
    public const string Admin = "ada";

    /// <summary>Password of every account made here.</summary>
    public const string Password = "correct horse battery staple";

    private string? _cookies;

    /// <summary>The server.</summary>
    public AppServer Server { get; private set; } = null!;

    /// <summary>The browser.</summary>
    public Browser Browser { get; private set; } = null!;

    /// <summary>Clips of this class.</summary>
    public ClipFactory Clips { get; } = new();

    // Drawn once for all studios: it takes longer than vetting it.
    private static readonly Lazy<Task<string>> Demo = new(async () =>
    {
        var clips = new ClipFactory();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => clips.Dispose();
        var path = Path.Combine(clips.Folder, "framevet-demo.mp4");
        await new DemoClip(new ToolLocator(Microsoft.Extensions.Options.Options.Create(new ToolOptions())), TimeProvider.System).MakeAsync(path, CancellationToken.None);
        return path;
    });

    /// <summary>Settings of the server beside the usual ones.</summary>
    protected virtual string[] Settings => [];

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        Browser = await Browser.StartAsync();
        Server = await AppServer.StartAsync(demo: true, CancellationToken.None, [$"--Framevet:Demo:File={await Demo.Value}", .. Settings]);
        await using var visitor = await Browser.VisitAsync(Server.Address);
        await visitor.Page.GotoAsync(await Server.SetupLinkAsync(CancellationToken.None));
        await visitor.By("setup-name").FillAsync(Admin);
        await visitor.Page.Locator("input[type=password]").FillAsync(Password);
        await visitor.By("setup-submit").ClickAsync();
        await visitor.By("home-submit").First.WaitForAsync();
        await visitor.Page.GotoAsync("runs");
        await visitor.By("runs").GetByText("framevet-demo.mp4").First.WaitForAsync(new() { Timeout = 60_000 });
        _cookies = await visitor.Page.Context.StorageStateAsync();
    }

    /// <summary>The admin at a page of their own.</summary>
    public Task<Visitor> AdminAsync(int width = 1440, int height = 900, bool isDark = false) =>
        Browser.VisitAsync(Server.Address, width, height, isDark, _cookies);

    /// <summary>The admin, by way of another address of the same server.</summary>
    public Task<Visitor> AdminAtAsync(Uri address) => Browser.VisitAsync(address, cookies: _cookies);

    /// <summary>A clip of a moving test picture: sharp, colourful, no skin.</summary>
    public Task<string> ClipAsync(string name, int seconds, CancellationToken ct) =>
        Clips.MakeAsync(name, $"testsrc2=s=640x360:r=25:d={seconds}", ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"], ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }

        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        Clips.Dispose();
    }
}
