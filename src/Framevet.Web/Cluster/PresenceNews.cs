using System.Text.Json;
using Framevet.Data.Cluster;
using Framevet.Pipeline;
using Framevet.Web.Identity;
using Framevet.Web.Live;

namespace Framevet.Web.Cluster;

/// <summary>Tells the other nodes who is where on this one, and which sessions ended here; and hears the same from them.</summary>
internal sealed class PresenceNews(IClusterWire wire, Presence presence, SessionDesk sessions, TimeProvider time) : BackgroundService
{
    private const string Here = "presence";
    private const string Asking = "presence-ask";
    private const string Ended = "session-end";

    // Said again although nothing changed, so that a node that was killed is forgotten.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(45);

    // Somebody who goes from page to page is one piece of news.
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _changed = new(0, 1);

    public override void Dispose()
    {
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        presence.ChangedHere += OnChanged;
        sessions.Ended += OnEnded;
        using var others = wire.On(Here, (node, body, _) => Hear(() => presence.TakeOver(node, JsonSerializer.Deserialize<Visitor[]>(body, PipelineJson.Options) ?? [])));
        using var asked = wire.On(Asking, (_, _, _) => Hear(() => OnChanged(this, EventArgs.Empty)));
        using var ends = wire.On(Ended, (_, body, _) => Hear(() => sessions.Hear(Guid.ParseExact(body, "N"))));
        try
        {
            wire.PostLoosely(Asking, "?");
            while (!stoppingToken.IsCancellationRequested)
            {
                await _changed.WaitAsync(Again, stoppingToken);
                await Task.Delay(Together, time, stoppingToken);
                wire.Post(Here, JsonSerializer.Serialize(presence.VisitorsHere(), PipelineJson.Options));
                presence.Forget(Forgotten);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            wire.Post(Here, "[]");
        }
        finally
        {
            presence.ChangedHere -= OnChanged;
            sessions.Ended -= OnEnded;
        }
    }

    private static Task Hear(Action take)
    {
        take();
        return Task.CompletedTask;
    }

    private void OnChanged(object? sender, EventArgs e)
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will be told already.
        }
    }

    private void OnEnded(object? sender, SessionEndedEventArgs e) => wire.Post(Ended, e.Session.ToString("N"));
}
