using Framevet.Data;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Webhooks;
using Framevet.Web.Cluster;
using Framevet.Web.Identity;
using Framevet.Web.Jobs;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Hosting;

/// <summary>
/// What happens in which order at start: databases before everything else; runs that a dead process left behind before the scheduler
/// works; the set-up link when the server listens.
/// </summary>
internal sealed class StartUp(DatabaseStart database, IWebhookStore webhooks, RunDesk runs, IExportStore exports, IExportQueue queue, IServiceScopeFactory scopes, IServer server, DataFolder folder, IOptions<FramevetOptions> options,
    ThisNode node, TimeProvider time, IKeyManager keys, IOptions<KeyManagementOptions> keyOptions, ServerKeys? sharedKeys = null)
    : IHostedLifecycleService, IDisposable
{
    private FileStream? _hold;

    public void Dispose() => _hold?.Dispose();

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _hold = folder.TryHold();
        await database.MigrateAsync(cancellationToken);
        if (sharedKeys is not null)
        {
            await sharedKeys.PrepareAsync(keys, keyOptions.Value.NewKeyLifetime, time, cancellationToken);
        }

        await webhooks.SealSecretsAsync(cancellationToken);
        if (!node.IsClustered)
        {
            await JobsServices.PrepareAsync(folder.JobsDatabase, cancellationToken);
        }

        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<FirstRun>().PrepareAsync();
    }

    /// <summary>The scheduler exists by now, but waits for the application to have started.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!node.RunsJobs)
        {
            return;
        }

        await runs.ReconcileAsync(isStart: true, cancellationToken);
        foreach (var export in await exports.OpenAsync(cancellationToken))
        {
            await queue.EnqueueAsync(export.Id, cancellationToken);
        }
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!node.ServesPeople)
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<FirstRun>().NewTokenAsync(cancellationToken) is { } token)
        {
            ConsoleNotice.SetUp($"{Address()}{WebPaths.Setup}?token={Uri.EscapeDataString(token)}");
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Where a person on this machine reaches the server; a wildcard address is no link.</summary>
    private string Address()
    {
        var address = options.Value.PublicUrl ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080";
        return address.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal)
            .Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal).TrimEnd('/');
    }
}
