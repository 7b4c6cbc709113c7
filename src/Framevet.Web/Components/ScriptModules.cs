using Microsoft.JSInterop;

namespace Framevet.Web.Components;

/// <summary>The end of a component's script.</summary>
internal static class ScriptModules
{
    /// <summary>Calls the module's function that lets go of what it holds, and drops the module. Nothing happens without one, or when the browser is gone.</summary>
    public static async ValueTask LeaveAsync(this IJSObjectReference? module, string function, params object?[] arguments)
    {
        if (module is null)
        {
            return;
        }

        try
        {
            await module.InvokeVoidAsync(function, arguments);
            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // the browser is gone
        }
    }
}
