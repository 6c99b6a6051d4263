using FcnService.Inference.Providers;

namespace FcnService.Inference.Tests.Providers;

/// <summary>What is selected on machines that have more or less of CUDA.</summary>
public sealed class ProviderSelectionTests
{
    private static readonly CudaMachine Complete = new(() => { }, () => ["first", "second"], () => { }, (_, device) => new StandIn(device));

    public static TheoryData<string> Lacking => ["provider", "driver", "devices", "device", "cudnn", "cuda"];

    [Fact]
    public void Select_Cpu_AsksNothingOfTheMachine()
    {
        var selection = ProviderSelection.Select(
            ProviderChoice.Cpu, new CudaSettings(), () => throw new InvalidOperationException("The machine was asked."));

        Assert.Same(ExecutionProvider.Cpu, selection.Provider);
    }

    [Theory]
    [InlineData(ProviderChoice.Auto)]
    [InlineData(ProviderChoice.Cuda)]
    public void Select_CompleteMachine_TakesTheDevice(ProviderChoice choice)
    {
        var selection = ProviderSelection.Select(choice, new CudaSettings { DeviceId = 1 }, () => Complete);

        Assert.Equal(("cuda", "second"), (selection.Provider.Name, selection.Provider.Device));
    }

    [Theory]
    [MemberData(nameof(Lacking))]
    public void Select_AutoWithSomethingMissing_TakesTheProcessorAndSaysWhy(string missing)
    {
        var (machine, settings, why) = Without(missing);

        var selection = ProviderSelection.Select(ProviderChoice.Auto, settings, () => machine);

        Assert.Same(ExecutionProvider.Cpu, selection.Provider);
        Assert.Contains(why, selection.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Lacking))]
    public void Select_CudaWithSomethingMissing_Fails(string missing)
    {
        var (machine, settings, why) = Without(missing);

        var fault = Assert.Throws<ProviderUnavailableException>(() => ProviderSelection.Select(ProviderChoice.Cuda, settings, () => machine));

        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Select_NoDriver_DoesNotLoadTheProvider()
    {
        var machine = Without("driver").Machine with { Open = (_, _) => throw new InvalidOperationException("The provider was loaded.") };

        Assert.Same(ExecutionProvider.Cpu, ProviderSelection.Select(ProviderChoice.Auto, new CudaSettings(), () => machine).Provider);
    }

    [Fact]
    public void Select_FaultThatIsNotOfTheMachine_IsNotPassedOver()
    {
        var machine = Complete with { Open = (_, _) => throw new InvalidOperationException("A defect.") };

        Assert.Throws<InvalidOperationException>(() => ProviderSelection.Select(ProviderChoice.Auto, new CudaSettings(), () => machine));
    }

    private static (CudaMachine Machine, CudaSettings Settings, string Why) Without(string what) => what switch
    {
        "provider" => (Complete with { FindProvider = () => throw new ProviderUnavailableException("no provider") }, new(), "no provider"),
        "driver" => (Complete with { FindDevices = () => throw new ProviderUnavailableException("no driver") }, new(), "no driver"),
        "devices" => (Complete with { FindDevices = () => [] }, new(), "CUDA_VISIBLE_DEVICES"),
        "device" => (Complete, new() { DeviceId = 2 }, "no device 2; NVIDIA's driver shows 0 (first), 1 (second)"),
        "cudnn" => (Complete with { FindCudnn = () => throw new ProviderUnavailableException("no cuDNN") }, new(), "no cuDNN"),
        _ => (Complete with { Open = (_, _) => throw new ProviderUnavailableException("no CUDA") }, new(), "no CUDA"),
    };
}
